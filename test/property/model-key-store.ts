import type { KeyStore } from '../../src/controller/ports.ts';
import { Failure } from '../../src/core/failure.ts';
import { Sensitive } from '../../src/runtime/sensitive.ts';
import { aContact } from '../builders/connection-view.ts';
import { mustBeAllowedToCreate, mustBeAllowedToInvalidate } from './promises.ts';
import type { Servers } from './servers.ts';

/** Elasticsearch as a connection of the operator sees it. What it is asked for is held against the promises. */
export function modelKeyStore(servers: Servers): KeyStore {
  const { at, elasticsearch } = servers;
  const answer = async <T>(ask: () => T): Promise<T> => {
    at.mayAsk();
    elasticsearch.answer();
    return Promise.resolve(ask());
  };
  return {
    contact: () =>
      answer(() => {
        const { cluster: clusterUUID, user: owner, manageApiKey, version } = elasticsearch;
        return aContact({ clusterUUID, owner, manageApiKey, version });
      }),
    create: (request) =>
      answer(() => {
        mustBeAllowedToCreate(request, servers);
        const { record, half } = elasticsearch.create(request);
        const { id, expiration } = record;
        return { id, secret: new Sensitive(half), ...(expiration === undefined ? {} : { expiration }) };
      }),
    tryPrivileges: (credential) =>
      answer(() => {
        const missing = elasticsearch.missingPrivileges;
        if (credential === 'own') return { accepted: true, missing };
        const [id = '', half = ''] = Buffer.from(credential.reveal(), 'base64').toString().split(':');
        return elasticsearch.accepts(id, half) ? { accepted: true, missing } : { accepted: false };
      }),
    update: (id, change) => answer(() => elasticsearch.update(id, change)),
    invalidate: (ids) =>
      answer(() => {
        mustBeAllowedToInvalidate(elasticsearch.within(ids), servers);
        return elasticsearch.invalidate(ids);
      }),
    get: (id) =>
      answer(() => {
        const key = elasticsearch.get(id);
        if (key?.unmarked === true) throw unmarked();
        return key?.record;
      }),
    inventory: (installation) => answer(() => elasticsearch.inventory(installation)),
    available: true,
    onAvailability: () => () => undefined,
    close: () => Promise.resolve(),
  };
}

const unmarked = (): Failure =>
  new Failure({ kind: 'unsupported', system: 'Elasticsearch', operation: 'get API key', code: 'MarkUnreadable' });
