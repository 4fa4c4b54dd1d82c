import { expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { ConsumerIndex } from './consumer-index.ts';

const daemonSet = { kind: 'DaemonSet', namespace: 'logging', name: 'packetbeat' } as const;
const deployment = { kind: 'Deployment', namespace: 'logging', name: 'apm' } as const;
const naming = (...consumers: { kind: 'DaemonSet' | 'Deployment'; name: string }[]) =>
  aBeatApiKey({ spec: { consumers } });

test('a workload finds every object that names it now, and no other', () => {
  const index = new ConsumerIndex();
  expect(index.note('logging/a', naming({ kind: 'DaemonSet', name: 'packetbeat' }))).toEqual(new Set(['DaemonSet']));
  index.note('logging/b', naming({ kind: 'DaemonSet', name: 'packetbeat' }, { kind: 'Deployment', name: 'apm' }));
  expect([...index.objectsOf(daemonSet)]).toEqual(['logging/a', 'logging/b']);
  expect([...index.objectsOf(deployment)]).toEqual(['logging/b']);

  expect(index.note('logging/b', naming({ kind: 'Deployment', name: 'apm' }))).toEqual(new Set(['Deployment']));
  index.note('logging/a', undefined);
  expect([...index.objectsOf(daemonSet)]).toEqual([]);
  expect([...index.objectsOf(deployment)]).toEqual(['logging/b']);
});

test('what cannot be read names nobody', () => {
  const index = new ConsumerIndex();
  const object = aBeatApiKey();
  const spec = { ...object.spec, consumers: 'packetbeat' } as never;
  expect(index.note('logging/a', { ...object, spec })).toEqual(new Set());
});
