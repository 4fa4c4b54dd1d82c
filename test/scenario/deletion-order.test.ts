import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BeatApiKey } from '../../src/api/types.ts';
import { beatApiKey, connection } from './manifests.ts';
import { condition, type Objects } from './objects.ts';
import type { Kind } from './stored-kinds.ts';
import { startOwnPlane } from './trouble/own.ts';
import { openServers } from './trouble/servers-world.ts';

/** Whatever is deleted first, and whether Elasticsearch can be asked or not: no key is left, and nothing hangs. */

type Part = 'object' | 'secret' | 'connection' | 'credential';

/** Each part in each place, twice. */
const ORDERS: readonly (readonly Part[])[] = [
  ['object', 'secret', 'connection', 'credential'],
  ['secret', 'connection', 'credential', 'object'],
  ['connection', 'credential', 'object', 'secret'],
  ['credential', 'object', 'secret', 'connection'],
  ['credential', 'connection', 'secret', 'object'],
  ['connection', 'secret', 'object', 'credential'],
  ['secret', 'object', 'credential', 'connection'],
  ['object', 'credential', 'connection', 'secret'],
];
/** The Secret of an object with `deletionPolicy: Retain` is the user's own. */
const RETAIN_ORDERS: readonly (readonly Part[])[] = [
  ['object', 'connection', 'credential'],
  ['connection', 'credential', 'object'],
  ['credential', 'object', 'connection'],
];

interface Case {
  readonly name: string;
  readonly order: readonly Part[];
  readonly elasticsearch: 'up' | 'down';
  /** One command for all parts, or time to react between two. */
  readonly pace: 'at once' | 'step by step';
  readonly deletionPolicy?: 'Retain';
}

const initials = (order: readonly Part[]): string => order.map(([first, second]) => `${first}${second}`).join('-');
const cases: readonly Case[] = [
  ...ORDERS.flatMap((order): readonly Case[] => [
    { name: `up-${initials(order)}`, order, elasticsearch: 'up', pace: 'step by step' },
    { name: `down-${initials(order)}`, order, elasticsearch: 'down', pace: 'step by step' },
  ]),
  ...ORDERS.map((order): Case => ({ name: `once-${initials(order)}`, order, elasticsearch: 'up', pace: 'at once' })),
  ...RETAIN_ORDERS.flatMap((order): readonly Case[] => [
    {
      name: `retain-up-${initials(order)}`,
      order,
      elasticsearch: 'up',
      pace: 'step by step',
      deletionPolicy: 'Retain',
    },
    { name: `retain-down-${initials(order)}`, order, elasticsearch: 'down', pace: 'at once', deletionPolicy: 'Retain' },
  ]),
];
const down = cases.filter(({ elasticsearch }) => elasticsearch === 'down');
const STEPS = 4;

// Where namespaces are listed, the rights in one go when it does.
const plane = await startOwnPlane();
// Each case has a connection of its own, and each of these is looked at once an interval.
const servers = await openServers({
  plane,
  guests: 4,
  settings: { BEATKEYS_DRIFT_INTERVAL: '3s', BEATKEYS_ATTEMPT_LIMIT: '30s' },
});
afterAll(async () => {
  await servers.close();
  await plane[Symbol.asyncDispose]();
});
const { site, objects } = servers;
const { node, user } = site;
/** With all in it; with an object only; with a connection only, and with its object. */
const [whole, guest, landlord, tenant] = site.guests as [Objects, Objects, Objects, Objects];
const front = await servers.front();

const roleDescriptors = { role: { cluster: ['monitor'] } };
/** How each part is named for kubectl. */
const NAMES: Readonly<Record<Part, (name: string) => string>> = {
  object: (name) => `beatapikey/${name}`,
  secret: (name) => `secret/${name}`,
  connection: (name) => `elasticsearchconnection/${name}`,
  credential: (name) => `secret/${name}-credential`,
};
const unreachable = { ...node, url: front.url };

const issued = new Map<string, BeatApiKey>();
/** The data of Secrets that shall stay. */
const retainedData = new Map<string, string>();

const isReady = (object: BeatApiKey) => condition(object, 'Ready')?.status === 'True';

/** The parts that are deleted in this step, in order. */
const partsOf = ({ name, order, pace }: Case, step: number): readonly string[] => {
  const parts = pace === 'step by step' ? order.slice(step, step + 1) : step === 0 ? order : [];
  return parts.map((part) => NAMES[part](name));
};

/** The ids of all keys of these objects that live; each had one at least. */
async function livingKeys(all: readonly BeatApiKey[]): Promise<readonly string[]> {
  const keys = await Promise.all(all.map((object) => site.keys(object)));
  expect(keys.every(({ length }) => length > 0)).toBe(true);
  return keys.flat().flatMap(({ id, invalidated }) => (invalidated ? [] : [id]));
}

/** Those of these cases of which there still is an object of this kind. */
async function left(kind: Kind, wanted: readonly Case[]): Promise<readonly string[]> {
  const there = new Set((await objects.list(kind)).map(({ metadata }) => metadata.name));
  return wanted.map(({ name }) => name).filter((name) => there.has(name));
}

const PATIENCE = { timeout: 180_000, interval: 1_000 };
const eventually = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, PATIENCE);
/** Waits until the namespace is gone, and leaves an empty one of that name. */
async function untilNamespaceGone({ namespace }: Objects): Promise<void> {
  await eventually(async () =>
    expect(await objects.kubectl(['get', 'namespace', namespace, '--ignore-not-found', '-o', 'name'])).toBe(''),
  );
  await objects.kubectl(['create', 'namespace', namespace]);
}

beforeAll(async () => {
  const { namespace } = objects;
  await objects.apply(
    ...cases.flatMap(({ name, elasticsearch }) =>
      connection(namespace, name, elasticsearch === 'up' ? node : unreachable, user),
    ),
    ...connection(namespace, 'lent', unreachable, user, { allowedNamespaces: { from: 'All' } }),
    ...cases.map(({ name, deletionPolicy }) => {
      const policy = deletionPolicy === undefined ? {} : { deletionPolicy };
      return beatApiKey(namespace, name, { connectionRef: { name }, roleDescriptors, ...policy });
    }),
  );
  await whole.apply(...connection(whole.namespace, 'main', unreachable, user));
  const allowed = { allowedNamespaces: { from: 'All' } } as const;
  await landlord.apply(...connection(landlord.namespace, 'main', node, user, allowed));
  await eventually(async () => {
    const all = (await objects.list('BeatApiKey')).filter(isReady);
    expect(all).toHaveLength(cases.length);
    for (const object of all) issued.set(object.metadata.name, object);
  });
  issued.set('whole', await whole.issue('whole', { roleDescriptors }));
  const lent = { connectionRef: { name: 'lent', namespace }, roleDescriptors };
  issued.set('guest', await guest.issue('guest', lent));
  const rented = { connectionRef: { name: 'main', namespace: landlord.namespace }, roleDescriptors };
  issued.set('tenant', await tenant.issue('tenant', rented));
  for (const { name, deletionPolicy } of cases) {
    if (deletionPolicy === 'Retain') retainedData.set(name, JSON.stringify((await objects.find('Secret', name))?.data));
  }

  front.fault = () => 'reset';
  for (const { name } of [...down, { name: 'lent' }]) await servers.connectionRefused(name, 'Unreachable');
  await whole.connectionRefused('main', 'Unreachable');
  for (const { namespace: doomed } of [whole, guest, landlord])
    await objects.kubectl(['delete', 'namespace', doomed, '--wait=false']);
  for (let step = 0; step < STEPS; step++) {
    const parts = cases.flatMap((each) => partsOf(each, step));
    await objects.kubectl(['delete', '--wait=false', '--ignore-not-found', ...parts]);
    await servers.intervals(1);
  }
});

const byName = (name: string): BeatApiKey => {
  const object = issued.get(name);
  if (object === undefined) throw new Error(`${name} never had a key`);
  return object;
};
const deleted = cases.filter(({ deletionPolicy }) => deletionPolicy === undefined);
const retained = cases.filter(({ deletionPolicy }) => deletionPolicy === 'Retain');
const waiting = deleted.filter(({ elasticsearch }) => elasticsearch === 'down');
const idsOf = (all: readonly Case[]): readonly string[] => all.map(({ name }) => byName(name).status?.keyID ?? '');

describe('While Elasticsearch is away', () => {
  test('no object goes whose keys live, and each says what it waits for', async () => {
    expect(await left('BeatApiKey', waiting)).toEqual(waiting.map(({ name }) => name));
    for (const { name } of waiting) {
      const { metadata } = await objects.refused(name, 'DeletionBlocked');
      expect(metadata.finalizers).toEqual(['beatkeys.dev/invalidate']);
    }
    const living = new Set(await livingKeys(waiting.map(({ name }) => byName(name))));
    expect(idsOf(waiting).filter((id) => !living.has(id))).toEqual([]);
  });

  test('an object that shall leave its key goes, and a namespace with one that shall not stays', async () => {
    await eventually(async () => expect(await left('BeatApiKey', retained)).toEqual([]));
    for (const [where, name] of [
      [whole, 'whole'],
      [guest, 'guest'],
    ] as const)
      expect((await where.find('BeatApiKey', name))?.metadata.finalizers).toEqual(['beatkeys.dev/invalidate']);
  });
});

describe('When it is back', () => {
  beforeAll(() => {
    front.fault = () => undefined;
  });

  test('all is gone, whatever went first', async () => {
    for (const kind of ['BeatApiKey', 'ElasticsearchConnection', 'Secret'] as const)
      await eventually(async () => expect(await left(kind, waiting)).toEqual([]));
    expect(await livingKeys(waiting.map(({ name }) => byName(name)))).toEqual([]);
  });

  test('so are the namespaces', async () => {
    await untilNamespaceGone(whole);
    await untilNamespaceGone(guest);
    expect(await livingKeys([byName('whole'), byName('guest')])).toEqual([]);
  });

  test('keys that shall stay do, with their Secrets, and nothing else of them', async () => {
    for (const kind of ['BeatApiKey', 'ElasticsearchConnection'] as const)
      await eventually(async () => expect(await left(kind, retained)).toEqual([]));
    for (const { name } of retained) {
      const secret = await objects.find('Secret', name);
      // Compared here, so that no value is shown where they differ.
      expect(JSON.stringify(secret?.data) === retainedData.get(name)).toBe(true);
      expect(secret?.metadata).not.toHaveProperty('ownerReferences');
    }
    expect(new Set(await livingKeys(retained.map(({ name }) => byName(name))))).toEqual(new Set(idsOf(retained)));
  });
});

describe('Where it can be asked all the time', () => {
  test('all is gone, whatever went first', async () => {
    const up = deleted.filter(({ elasticsearch }) => elasticsearch === 'up');
    for (const kind of ['BeatApiKey', 'ElasticsearchConnection', 'Secret'] as const)
      await eventually(async () => expect(await left(kind, up)).toEqual([]));
    expect(await livingKeys(up.map(({ name }) => byName(name)))).toEqual([]);
  });

  test('a namespace whose connection others use stays until the last of them is gone', async () => {
    const { metadata } = await landlord.connectionRefused('main', 'InUse');
    expect(metadata.finalizers).toEqual(['beatkeys.dev/in-use']);
    await tenant.remove('BeatApiKey', 'tenant');
    await tenant.untilGone('BeatApiKey', 'tenant');
    expect(await livingKeys([byName('tenant')])).toEqual([]);
    await untilNamespaceGone(landlord);
  });
});
