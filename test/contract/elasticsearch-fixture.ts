import { randomUUID } from 'node:crypto';
import type { CreatedKey, ElasticsearchTarget, KeyStore } from '../../src/controller/ports.ts';
import type { KeyMark, KeyRequest } from '../../src/core/key-record.ts';
import { createElasticsearch } from '../../src/elasticsearch/connections.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { RequestObservation } from '../../src/runtime/meter.ts';
import { Sensitive } from '../../src/runtime/sensitive.ts';
import type { ElasticsearchNode } from '../testbed/servers.ts';

/** For calls that nobody breaks off. */
export const calm = new AbortController().signal;

/** The adapter under test, with what it counts and warns of. */
export interface Opened extends AsyncDisposable {
  readonly keys: KeyStore;
  readonly requests: RequestObservation[];
  readonly warnings: string[];
}

/** Opens a store as the operator would; closed at the end of the block. */
export function open(target: Partial<ElasticsearchTarget>, requestTimeoutMs?: number): Opened {
  const requests: RequestObservation[] = [];
  const warnings: string[] = [];
  const elasticsearch = createElasticsearch({
    meter: { requested: (request) => requests.push(request), keyCreationDelayed: () => undefined },
    clock: systemClock,
    logger: { warn: (_fields, message) => warnings.push(message) },
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  });
  const keys = elasticsearch.open({
    urls: [],
    username: 'elastic',
    password: new Sensitive('wrong'),
    concurrentRequests: 20,
    createdKeysPerMinute: 60_000,
    ...target,
  });
  return { keys, requests, warnings, [Symbol.asyncDispose]: () => keys.close() };
}

/** How to reach a node of the test bed, as its administrator or as another user. */
export function targetOf(node: ElasticsearchNode, user: { username: string; password: string } = node) {
  return {
    urls: [node.url],
    ...(node.ca === undefined ? {} : { ca: node.ca }),
    username: user.username,
    password: new Sensitive(user.password),
  };
}

/** The mark of an object that exists for one test only. */
export function aMark(given: Partial<KeyMark> = {}): KeyMark {
  return {
    installation: randomUUID(),
    namespace: 'logging',
    name: 'packetbeat',
    uid: randomUUID(),
    attempt: randomUUID(),
    fingerprint: 'f',
    reason: 'FirstIssue',
    generation: '1',
    ...given,
  };
}

/** A request for a key of the simplest kind, which expires by itself. */
export function aKeyRequest(given: Partial<KeyRequest> = {}): KeyRequest {
  return {
    name: 'logging/packetbeat',
    roleDescriptors: {
      writer: { cluster: ['monitor'], index: [{ names: ['packetbeat-*'], privileges: ['create_doc'] }] },
    },
    userMetadata: { team: 'network' },
    mark: aMark(),
    expiration: '1h',
    ...given,
  };
}

/** What goes into an `Authorization` header. */
export const encoded = ({ id, secret }: CreatedKey): Sensitive =>
  secret.map((half) => Buffer.from(`${id}:${half}`).toString('base64'));
