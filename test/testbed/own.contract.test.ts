import { expect, test } from 'vitest';
import { elasticsearchVersions, uniqueName } from './current.ts';
import { startControlPlane, startElasticsearch } from './own.ts';

test('an API server comes back on the same port with the same objects', async ({ skip }) => {
  const plane = await startControlPlane();
  try {
    if (plane.interrupt === undefined) return skip('this test bed cannot interrupt its API server');
    await plane.kubectl(['create', 'namespace', 'kept']);
    await plane.interrupt.stop();
    expect((await plane.kubectl(['get', 'namespace', 'kept'])).code).not.toBe(0);
    await plane.interrupt.start();
    expect((await plane.kubectl(['get', 'namespace', 'kept'])).code).toBe(0);
  } finally {
    await plane.stop();
  }
});

test('an Elasticsearch comes back on the same port with the same users', { timeout: 240_000 }, async ({ skip }) => {
  const node = await startElasticsearch({ version: elasticsearchVersions()[0] ?? '' });
  try {
    if (node.interrupt === undefined) return skip('this test bed cannot interrupt its Elasticsearch');
    const as = await node.createUser(uniqueName('kept'), { cluster: ['monitor'] });
    await node.interrupt.stop();
    await expect(node.request('GET', '/')).rejects.toThrow();
    await node.interrupt.start();
    expect((await node.request('GET', '/', undefined, { as })).status).toBe(200);
  } finally {
    await node.stop();
  }
});
