import { afterAll, describe, expect, test } from 'vitest';
import type { Fault, FaultProxy, Seen } from '../contract/fault-proxy.ts';
import type { BeatApiKey } from '../../src/api/types.ts';
import { openServers } from './trouble/servers-world.ts';

/** Elasticsearch is away for a moment at each step of an issue, and in each way; nothing is left of that afterwards. */

/** A step, and which of its requests fail: those after the first `after`. */
interface Step {
  readonly matches: (request: Seen) => boolean;
  readonly after?: number;
  /** Where the step belongs to a rotation. */
  readonly rotates?: boolean;
}

const isKeyRequest = (url: URL): boolean => url.pathname === '/_security/api_key';
const asksForPrivileges = (url: URL): boolean => url.pathname === '/_security/user/_has_privileges';
const usesKey = ({ headers }: Seen): boolean => headers.authorization?.startsWith('ApiKey ') === true;

const STEPS: Readonly<Record<string, Step>> = {
  contact: { matches: ({ method, url }) => method === 'GET' && url.pathname === '/' },
  // The first question of this kind belongs to the contact.
  privileges: { matches: (request) => asksForPrivileges(request.url) && !usesKey(request), after: 1 },
  mint: { matches: ({ method, url }) => method !== 'DELETE' && isKeyRequest(url) },
  prove: { matches: (request) => asksForPrivileges(request.url) && usesKey(request) },
  invalidate: { matches: ({ method, url }) => method === 'DELETE' && isKeyRequest(url), rotates: true },
};

const FAULTS: Readonly<Record<string, Fault>> = {
  unavailable: { status: 503, body: { error: 'words of a proxy' } },
  reset: 'reset',
  'lost-answer': 'lose the answer',
  throttled: { status: 429, headers: { 'retry-after': '1' } },
};

/** Requests that fail; one fewer than open the breaker. */
const FAILING = 2;

interface Case {
  readonly name: string;
  readonly step: Step;
  readonly front: FaultProxy;
  /** How many requests fail at least. */
  readonly least: number;
  /** Begins to fail requests; the answer counts those that did. */
  readonly fail: () => () => number;
}

const servers = await openServers();
afterAll(() => servers.close());
const { objects, site } = servers;

const cases: Case[] = [];
for (const [stepName, step] of Object.entries(STEPS)) {
  for (const [faultName, fault] of Object.entries(FAULTS)) {
    const front = await servers.front();
    const fail = () => {
      let matched = 0;
      const failed = () => Math.min(FAILING, Math.max(0, matched - (step.after ?? 0)));
      front.fault = (request) => {
        if (!step.matches(request)) return undefined;
        matched += 1;
        return matched > (step.after ?? 0) && matched <= (step.after ?? 0) + FAILING ? fault : undefined;
      };
      return failed;
    };
    // An invalidation whose answer is lost was carried out: where the next list shows that, nobody asks again.
    const least = stepName === 'invalidate' && fault === 'lose the answer' ? 1 : FAILING;
    cases.push({ name: `${stepName}-${faultName}`, step, front, least, fail });
  }
}

/** A key of the operator's own user that the operator did not make. */
const { username, password } = site.user;
const unmarked = await site.node.request(
  'PUT',
  '/_security/api_key',
  { name: `${objects.namespace}/mint-reset`, role_descriptors: { r: { cluster: ['monitor'] } } },
  { as: { username, password } },
);

/** Requests that two failures and what follows from them may cost, beside those of the intervals. */
const MOST_REQUESTS_FOR_RECOVERY = 60;

describe.each(cases)('$name', { concurrent: true }, ({ name, step, front, least, fail }) => {
  test('a failure that passes leaves a ready object and one key', async () => {
    const issue = async (): Promise<BeatApiKey> => {
      await servers.apply(name, { urls: [front.url] });
      return servers.expectRecovered(name);
    };
    const rotate = async (): Promise<BeatApiKey> => {
      const before = await issue();
      failed = fail();
      await objects.patch('BeatApiKey', name, { spec: { rotation: { request: 'now' } } });
      await objects.rotated(name, before);
      return servers.expectRecovered(name);
    };
    let failed = step.rotates === true ? () => 0 : fail();
    const object = await (step.rotates === true ? rotate() : issue());
    expect(failed()).toBeGreaterThanOrEqual(least);
    expect(front.seen.length).toBeLessThan(MOST_REQUESTS_FOR_RECOVERY + 5 * intervalsOf(front));
    const { encoded = '' } = await objects.data(name);
    const { status } = await site.node.request('GET', '/_security/_authenticate', undefined, {
      as: { apiKey: encoded },
    });
    expect(status).toBe(200);
    expect((await site.keys(object)).length).toBeLessThanOrEqual(2 + FAILING);
  });
});

test('a key of the same user and of the same name, which bears no mark, is left alone', async () => {
  const { encoded } = unmarked.body as { encoded: string };
  const { status } = await site.node.request('GET', '/_security/_authenticate', undefined, { as: { apiKey: encoded } });
  expect(status).toBe(200);
});

/** Lists of keys: one in an interval, and one for each that was waited for. */
const intervalsOf = ({ seen }: FaultProxy): number =>
  seen.filter(({ url }) => url.pathname.endsWith('/_query/api_key')).length;
