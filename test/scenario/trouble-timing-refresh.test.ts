import { afterAll, afterEach, expect, test } from 'vitest';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import { elasticsearch } from '../testbed/current.ts';
import { openTrouble } from './trouble/open.ts';
import { rounds } from './trouble/rounds.ts';
import { untilWhole } from './trouble/whole.ts';

/*
 * An Elasticsearch that is so busy that searches do not find a new key for a while. Nothing is said to be gone before every
 * search must find it: a key that works would be replaced, just when the cluster has the least to spare.
 */
const node = elasticsearch();
const front = await startFaultProxy(node);
const { world, site, close } = await openTrouble({ connection: { urls: [front.url] } });
const { objects } = site;
const spec = { roleDescriptors: { role: { cluster: ['monitor'] } }, rotation: { overlap: '1h' } };

/** Searches find no key at all. */
function hideKeys(): void {
  front.fault = ({ method, url }) => {
    const isQuery = method === 'POST' && url.pathname === '/_security/_query/api_key';
    const isGet = method === 'GET' && url.pathname === '/_security/api_key';
    return isQuery || isGet ? { rewrite: () => '{"total":0,"count":0,"api_keys":[]}' } : undefined;
  };
}

afterEach(() => {
  front.fault = () => undefined;
});
afterAll(async () => {
  await close();
  await front[Symbol.asyncDispose]();
  await node.close();
});

test('A key that is not found yet is not taken for dead', async () => {
  hideKeys();
  const object = await objects.issue('young', spec);
  const asked = front.seen.length;
  // So many that the key is missed by lists that were begun later than the delay after which it should be found.
  await rounds(world.operator, 3);
  const lookedFor = front.seen.slice(asked).filter(({ method, url }) => method === 'GET' && url.searchParams.has('id'));
  expect(lookedFor.length).toBeGreaterThan(0);
  front.fault = () => undefined;
  await untilWhole(site, 'young');
  expect(await site.keys(object)).toMatchObject([{ id: object.status?.keyID, invalidated: false }]);
});

test('A key that stays missing is', async () => {
  const before = await objects.issue('missing', spec);
  hideKeys();
  const after = await objects.rotated('missing', before);
  expect(after.status?.lastRotation?.reason).toBe('KeyInvalid');
});
