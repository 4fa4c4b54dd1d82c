import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { BeatApiKeySpec } from '../../src/api/types.ts';
import { startFaultProxy, type Fault, type Seen } from '../contract/fault-proxy.ts';
import { controlPlane, elasticsearch } from '../testbed/current.ts';
import { connection } from './manifests.ts';
import { openGate } from './trouble/gate.ts';
import { openTrouble } from './trouble/open.ts';
import { rounds } from './trouble/rounds.ts';
import { untilWhole } from './trouble/whole.ts';

const kubernetes = await startFaultProxy(controlPlane());
const gate = await openGate(elasticsearch());
const { world, site, close } = await openTrouble({
  kubernetesURL: kubernetes.url,
  connection: { urls: [gate.url] },
});
afterAll(async () => {
  await close();
  await gate[Symbol.asyncDispose]();
  await kubernetes[Symbol.asyncDispose]();
});
afterEach(() => {
  kubernetes.fault = () => undefined;
});
const { objects } = site;

const spec = (cluster: string, more: Partial<BeatApiKeySpec> = {}): Partial<BeatApiKeySpec> => ({
  roleDescriptors: { role: { cluster: [cluster] } },
  rotation: { overlap: '2s' },
  ...more,
});
const isMint = ({ method, url }: Seen) => method === 'PUT' && url.pathname === '/_security/api_key';

/** Writes of the Secrets in the namespace of the site. */
const isStore = ({ method, url }: Seen) =>
  ['POST', 'PATCH'].includes(method) && url.pathname.startsWith(`/api/v1/namespaces/${objects.namespace}/secrets`);
const isStatus = ({ method, url }: Seen) =>
  method === 'PATCH' && /\/beatapikeys\/[^/]+\/status$/.test(url.pathname) && url.pathname.includes(objects.namespace);

/** Does this to the first requests that match. */
function toFirst(count: number, matches: (seen: Seen) => boolean, fault: Fault): void {
  let left = count;
  kubernetes.fault = (seen) => {
    if (left === 0 || !matches(seen)) return undefined;
    left--;
    return fault;
  };
}

describe('While a key is on its way', () => {
  test('an edit of the object is what comes out in the end', async () => {
    const held = gate.holdAnswer(isMint);
    await objects.applyKey('edited', spec('monitor'));
    const { release } = await held;
    await objects.applyKey('edited', spec('read_pipeline'));
    release();
    const object = await untilWhole(site, 'edited');
    const [living, ...others] = (await site.keys(object)).filter(({ invalidated }) => !invalidated);
    expect(others).toEqual([]);
    expect(living?.role_descriptors['role']?.cluster).toEqual(['read_pipeline']);
  });

  test('the deletion of the object leaves no key and no Secret', async () => {
    const held = gate.holdAnswer(isMint);
    await objects.applyKey('deleted', spec('monitor'));
    const { release } = await held;
    const object = await objects.find('BeatApiKey', 'deleted');
    await objects.remove('BeatApiKey', 'deleted');
    release();
    await objects.untilGone('BeatApiKey', 'deleted');
    await objects.untilGone('Secret', 'deleted');
    if (object === undefined) throw new Error('the object was never there');
    const keys = await site.keys(object);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter(({ invalidated }) => !invalidated)).toEqual([]);
  });
});

describe('A write whose answer is lost', () => {
  test('of a new Secret is not done twice, and there is no second key', async () => {
    toFirst(1, isStore, 'lose the answer');
    await objects.applyKey('created', spec('monitor'));
    const object = await untilWhole(site, 'created');
    expect(await site.keys(object)).toHaveLength(1);
  });

  test('of a Secret that is switched to a new key switches it once', async () => {
    const before = await objects.issue('switched', spec('monitor'));
    const stores = () => kubernetes.seen.filter((seen) => isStore(seen) && !seen.url.searchParams.has('dryRun')).length;
    const count = stores();
    toFirst(1, (seen) => isStore(seen) && !seen.url.searchParams.has('dryRun'), 'lose the answer');
    await objects.applyKey('switched', spec('monitor', { rotation: { overlap: '1h', request: 'now' } }));
    await objects.rotated('switched', before);
    expect(await site.keys(before)).toHaveLength(2);
    expect(stores() - count).toBeLessThanOrEqual(2);
    expect(await (await site.beat('switched')).authenticate()).toBe(200);
  });

  test('of a status brings no key and no other Secret', async () => {
    toFirst(1, isStatus, 'lose the answer');
    await objects.applyKey('reported', spec('monitor'));
    const object = await untilWhole(site, 'reported');
    expect(await site.keys(object)).toHaveLength(1);
  });
});

const unavailable = { status: 503, body: { kind: 'Status', reason: 'ServiceUnavailable', code: 503 } };

test('A connection is held before the first object that refers to it is claimed', async () => {
  const path = `/apis/beatkeys.dev/v1alpha1/namespaces/${objects.namespace}`;
  const isPatch =
    (of: string) =>
    ({ method, url }: Seen) =>
      method === 'PATCH' && url.pathname === `${path}/${of}`;
  const isHold = isPatch('elasticsearchconnections/held');
  await objects.apply(...connection(objects.namespace, 'held', site.node, site.user));
  await objects.connected('held');
  toFirst(2, isHold, unavailable);
  await objects.applyKey('holder', spec('monitor', { connectionRef: { name: 'held' } }));
  await untilWhole(site, 'holder');
  const { seen } = kubernetes;
  expect(seen.filter(isHold)).toHaveLength(3);
  expect(seen.findLastIndex(isHold)).toBeLessThan(seen.findIndex(isPatch('beatapikeys/holder')));
});

describe('An API server that is in trouble', () => {
  test('takes the Secret at the fourth try, with the first key', async () => {
    toFirst(3, isStore, unavailable);
    await objects.applyKey('patient', spec('monitor'));
    const object = await untilWhole(site, 'patient');
    expect(await site.keys(object)).toHaveLength(1);
  });

  test('that takes no Secret for longer than an attempt leaves one key in the end', async () => {
    toFirst(8, isStore, unavailable);
    await objects.applyKey('outlasted', spec('monitor'));
    const object = await untilWhole(site, 'outlasted');
    expect((await site.keys(object)).length).toBeLessThanOrEqual(3);
  });

  test('and says of every first write that something changed, gets what it should in the end', async () => {
    const before = new Set<string>();
    const conflict = { status: 409, body: { kind: 'Status', reason: 'Conflict', code: 409 } };
    kubernetes.fault = ({ method, url }) => {
      const what = `${method} ${url.pathname}`;
      if (!['POST', 'PATCH'].includes(method) || url.pathname.includes('/leases/') || before.has(what))
        return undefined;
      before.add(what);
      return conflict;
    };
    await objects.applyKey('stormy', spec('monitor'));
    const first = await untilWhole(site, 'stormy');
    expect((await site.keys(first)).length).toBeLessThanOrEqual(2);
    before.clear();
    await objects.applyKey('stormy', spec('monitor', { rotation: { overlap: '2s', request: 'now' } }));
    await objects.rotated('stormy', first);
    await untilWhole(site, 'stormy');
    expect((await site.keys(first)).length).toBeLessThanOrEqual(4);
  });
});

describe('A watch', () => {
  const expired = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Expired', code: 410 };

  test.each<[string, () => void, number]>([
    [
      'that is cut in the middle of a line',
      () => {
        kubernetes.inject('{"type":"MODIFIED","object":{"metad');
        kubernetes.cut();
      },
      0,
    ],
    [
      'whose version the server has forgotten',
      () => kubernetes.inject(`${JSON.stringify({ type: 'ERROR', object: expired })}\n`),
      1,
    ],
  ])('%s misses nothing, and nothing is written anew', async (how, interrupt, relists) => {
    const name = how.includes('cut') ? 'cut' : 'forgotten';
    const before = await objects.issue(name, spec('monitor'));
    const secret = await objects.find('Secret', name);
    const lists = await world.operator.count('beatkeys_watch_relists_total');
    interrupt();
    await objects.applyKey(`${name}-later`, spec('monitor'));
    await untilWhole(site, `${name}-later`);
    await rounds(world.operator, 1);
    expect(await objects.find('Secret', name)).toEqual(secret);
    expect((await objects.find('BeatApiKey', name))?.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect((await world.operator.count('beatkeys_watch_relists_total')) - lists > 0).toBe(relists > 0);
  });
});
