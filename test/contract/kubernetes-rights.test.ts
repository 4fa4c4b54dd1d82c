import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { NamespaceLabels } from '../../src/controller/ports.ts';
import { watchNamespaces } from '../../src/kubernetes/namespaces.ts';
import { CONFIG_MAPS, EVERYWHERE, LEASES, NAMESPACES, SECRETS } from '../../src/kubernetes/resource.ts';
import { rightsFor, type Right } from '../../src/kubernetes/rights.ts';
import { describeRight, missingRights } from '../../src/kubernetes/self-check.ts';
import type { Watched } from '../../src/kubernetes/watched.ts';
import { openAccount, type Account } from '../rights/account.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { type Access, eventually, openAccess } from './kubernetes-access.ts';

/** An operator's own namespace, one that it serves, and one that it does not. */
let own: string;
let served: string;
let foreign: string;
let account: Account;
/** As the operator, as far as its client goes; as an administrator, as far as an operator's client goes. */
let access: Access;
let administrator: Access;
const stack = new AsyncDisposableStack();

const kubectl = (...args: string[]) => mustKubectl(controlPlane(), args);
const settings = (restartConsumers: boolean) => ({
  namespaces: [served],
  operatorNamespace: own,
  lease: { name: 'beatkeys' },
  restartConsumers,
});

beforeAll(async () => {
  const made = await Promise.all(['own', 'served', 'foreign'].map((each) => createNamespace(`rights-${each}`)));
  for (const { remove } of made) stack.defer(remove);
  [own = '', served = '', foreign = ''] = made.map(({ name }) => name);
  account = await openAccount({ plane: controlPlane(), namespace: own, served: [served], restarts: false });
  const reach = { namespaces: [served], operatorNamespace: own };
  access = stack.use(openAccess({ token: account.token, reach }));
  administrator = stack.use(openAccess({ reach }));
});
afterAll(() => stack.disposeAsync());

describe('A client of an operator that serves a list of namespaces', () => {
  const failureOf = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'no failure',
      (error: unknown) => (error instanceof Failure ? { kind: error.kind, code: error.code } : error),
    );
  const REFUSED = { kind: 'denied', code: 'OutOfReach' };
  const OURS = { fieldManager: 'beatkeys' };
  const first = async (path: Parameters<Access['client']['pages']>[0]) => administrator.client.pages(path).next();

  test('asks for nothing elsewhere, although the account might, and sends nothing', async () => {
    const { client } = administrator;
    const secret = { resource: SECRETS, namespace: foreign, name: 'a' };
    const stream = { signal: AbortSignal.timeout(5_000), silenceMs: 1_000, longestMs: 1_000 };
    const calls = [
      client.get(secret),
      client.getMetadata(secret),
      first({ resource: SECRETS, namespace: foreign }),
      first({ resource: SECRETS, namespace: EVERYWHERE }),
      first({ resource: NAMESPACES }),
      client.create({ resource: CONFIG_MAPS, namespace: foreign }, {}, OURS),
      client.mergePatch(secret, {}, OURS),
      client.jsonPatch(secret, [], OURS),
      client.remove(secret, { uid: 'u', resourceVersion: '1' }),
      client.get({ resource: SECRETS, namespace: own, name: 'a' }),
      client.get({ resource: SECRETS, namespace: served, name: '' }),
      client.get({ resource: NAMESPACES, name: foreign }),
      client.stream({ resource: SECRETS, namespace: EVERYWHERE }, new URLSearchParams({ watch: 'true' }), stream),
      client.stream({ resource: NAMESPACES }, new URLSearchParams({ watch: 'true' }), stream),
    ];
    expect(await Promise.all(calls.map(failureOf))).toEqual(calls.map(() => REFUSED));
    expect(administrator.requests).toEqual([]);
  });

  test('asks for what it serves, and for its own Lease and namespace', async () => {
    const { client } = administrator;
    expect((await first({ resource: SECRETS, namespace: served })).value).toMatchObject({ items: [] });
    expect(await client.get({ resource: LEASES, namespace: own, name: 'beatkeys' })).toBeUndefined();
    expect((await client.getMetadata({ resource: NAMESPACES, name: own }))?.metadata.name).toBe(own);
    expect(administrator.requests).toHaveLength(3);
  });
});

describe('Labels of a namespace', () => {
  const watched = async (
    by: Access,
    names: readonly string[],
    run: (labels: Watched<NamespaceLabels>) => Promise<void>,
  ) => {
    const stop = new AbortController();
    const labels = watchNamespaces(by.upstream, names);
    const running = labels.run(stop.signal);
    await labels.synced;
    try {
      await run(labels);
    } finally {
      stop.abort();
      await running;
    }
  };

  test('are followed with a Role of that namespace alone', () =>
    watched(access, [served], async (labels) => {
      expect(labels.get(served)).toMatchObject({ name: served });
      await kubectl('label', 'namespace', served, 'lent=yes');
      await eventually(() => labels.get(served)?.labels['lent']).toBe('yes');
      await kubectl('label', 'namespace', served, 'lent-');
      await eventually(() => labels.get(served)?.labels['lent']).toBeUndefined();
      expect(access.failures).toEqual([]);
    }));

  test('are unknown where there is no right to read them, and nobody waits for them', async () => {
    const reach = { namespaces: [served, foreign], operatorNamespace: own };
    await using both = openAccess({ token: account.token, reach });
    await watched(both, [served, foreign], async (labels) => {
      expect(labels.get(served)).toMatchObject({ name: served });
      expect(labels.get(foreign)).toBeUndefined();
      expect(both.failures[0]).toMatchObject({ kind: 'denied', code: 'HTTP 403' });
    });
  });
});

describe('The look at its own rights', () => {
  const missing = (rights: readonly Right[]) => missingRights(access.client, rights);

  test('finds all that the chart grants, with one request for each namespace', async () => {
    const before = access.requests.length;
    expect(await missing(rightsFor(settings(false)))).toEqual([]);
    expect(access.requests.slice(before).map(({ operation }) => operation)).toEqual([
      'create SelfSubjectRulesReview',
      'create SelfSubjectRulesReview',
    ]);
  });

  test('names what the chart was not asked for, and what is about other places', async () => {
    const rights = [...rightsFor(settings(true)), ...rightsFor({ ...settings(false), namespaces: [foreign] })];
    const lines = (await missing(rights)).map(describeRight);
    expect(lines.slice(0, 3)).toEqual(
      ['daemonsets', 'deployments', 'statefulsets'].map(
        (plural) =>
          `the operator lacks the right to patch ${plural}.apps in namespace ${served}; the chart grants it by rbac.restartConsumers`,
      ),
    );
    const elsewhere = rightsFor({ ...settings(false), namespaces: [foreign] }).filter(
      ({ namespace }) => namespace === foreign,
    );
    expect(lines.slice(3)).toEqual(elsewhere.map(describeRight));
    expect(lines).toContain(
      `the operator lacks the right to get secrets in namespace ${foreign}; the chart grants it by rbac.create and watchNamespaces`,
    );
  });

  test('knows a right in one place from one in the whole cluster, and one Lease from another', async () => {
    const right: Right = { verb: 'list', group: '', resource: 'secrets', chartValue: 'rbac.create' };
    expect(await missing([right])).toEqual([right]);
    const lease: Right = {
      ...{ verb: 'patch', group: 'coordination.k8s.io', resource: 'leases' },
      ...{ namespace: own, name: 'another', chartValue: 'rbac.create' },
    };
    expect(await missing([lease])).toEqual([lease]);
    expect(describeRight(lease)).toBe(
      `the operator lacks the right to patch leases.coordination.k8s.io another in namespace ${own}; the chart grants it by rbac.create`,
    );
  });

  test('finds nothing missing for an administrator, in any mode', async () => {
    const { client } = administrator;
    const everywhere = rightsFor({ ...settings(true), namespaces: 'all' });
    expect(await missingRights(client, [...everywhere, ...rightsFor(settings(true))])).toEqual([]);
  });
});
