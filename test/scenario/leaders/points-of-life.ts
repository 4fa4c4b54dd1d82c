import { expect, vi } from 'vitest';
import { FINALIZER } from '../../../src/api/names.ts';
import type { BeatApiKey, BeatApiKeySpec } from '../../../src/api/types.ts';
import {
  current,
  isInvalidation,
  isMint,
  isObjectWrite,
  isSecretNote,
  isSecretWrite,
  isUpdate,
  wish,
  type Meeting,
  type Point,
} from './points.ts';

/** Longer than a drift interval on a busy machine, milliseconds. */
const PATIENCE = { timeout: 90_000, interval: 500 };

const isRotated = ({ status }: BeatApiKey): boolean => status?.handledRequest === 'next';
const isRetired = (object: BeatApiKey): boolean => isRotated(object) && object.status?.retiring === undefined;

/** A point of a rotation, at which the heir does what is left of it. */
const rotation = (name: string, what: string, isDone: (object: BeatApiKey) => boolean, hold: Point['hold']): Point => ({
  ...{ name, what, hold },
  old: true,
  change: wish({ request: 'next', overlap: '1s' }),
  inherit: ({ site }) => site.objects.until('BeatApiKey', name, 'what is left of the rotation', isDone),
  stored: 2,
});

const ROTATION: readonly Point[] = [
  rotation('next-minted', 'the next key is made, and the answer on its way', isRotated, ({ elasticsearch }) =>
    elasticsearch.holdEvery('answer', isMint('next-minted')),
  ),
  {
    ...rotation('next-store', 'the switch of the Secret to the next key is on its way', isRotated, ({ site, former }) =>
      former.kubernetes.holdEvery('request', isSecretWrite('next-store', site)),
    ),
    refused: true,
  },
  rotation('retire', 'the invalidation of a replaced key is on its way', isRetired, ({ elasticsearch }, before) =>
    elasticsearch.holdEvery('request', isInvalidation(before?.status?.keyID ?? '')),
  ),
  {
    ...rotation('forget', 'the record of a dead key is on its way out of the journal', isRetired, ({ site, former }) =>
      former.kubernetes.holdEvery('request', isSecretNote('forget', site)),
    ),
    refused: true,
  },
];

/** A point of a change that is changed again before it comes: the later one must stay. */
const change = (name: string, what: string, specs: readonly Partial<BeatApiKeySpec>[], hold: Point['hold']): Point => ({
  ...{ name, what, hold },
  old: true,
  change: specs[0] ?? {},
  inherit: async ({ site: { objects } }) => {
    await objects.ready(name);
    await objects.applyKey(name, specs[1]);
    await objects.ready(name);
  },
  stored: 1,
});

const labelled = (stage: string): Partial<BeatApiKeySpec> => ({
  ...wish(),
  secret: { template: { labels: { stage } } },
});

const CHANGES: readonly Point[] = [
  {
    ...change(
      'update',
      'a change of the rights is on its way, and out of date when it comes',
      [wish({ cluster: ['monitor', 'read_pipeline'] }), wish({ cluster: ['read_pipeline'] })],
      ({ elasticsearch }) => elasticsearch.holdEvery('request', isUpdate('update')),
    ),
    check: async ({ site }) => {
      const object = await current(site, 'update');
      const rights = async () => (await site.keys(object)).map((key) => key.role_descriptors['role']?.cluster);
      await vi.waitFor(async () => expect(await rights()).toEqual([['read_pipeline']]), PATIENCE);
    },
  },
  {
    ...change(
      'rewrite',
      'a label of the Secret is on its way, and out of date when it comes',
      [labelled('second'), labelled('third')],
      ({ site, former }) => former.kubernetes.holdEvery('request', isSecretNote('rewrite', site)),
    ),
    refused: true,
    check: async ({ site }) => {
      const labels = async () => (await site.objects.find('Secret', 'rewrite'))?.metadata.labels;
      await vi.waitFor(async () => expect(await labels()).toMatchObject({ stage: 'third' }), PATIENCE);
    },
  },
];

/** A point of a deletion, after which the heir has to do with another object of that name. */
const deletion = (name: string, what: string, hold: Point['hold']): Point => ({
  ...{ name, what, hold },
  old: true,
  change: 'deletion',
  inherit: async ({ site: { objects } }: Meeting) => {
    await objects.untilGone('BeatApiKey', name);
    await objects.issue(name, wish());
  },
  stored: 1,
  check: async ({ site }) => expect((await current(site, name)).metadata.finalizers).toEqual([FINALIZER]),
});

const DELETION: readonly Point[] = [
  deletion(
    'delete',
    'the invalidation for a deletion is on its way, and there is another object when it comes',
    ({ elasticsearch }, before) => elasticsearch.holdEvery('request', isInvalidation(before?.status?.keyID ?? '')),
  ),
  {
    ...deletion(
      'release',
      'the end of a finalizer is on its way, and there is another object when it comes',
      ({ site, former }) => former.kubernetes.holdEvery('request', isObjectWrite('release', site)),
    ),
    refused: true,
  },
];

/** Later in the life of an object. */
export const pointsOfLife: readonly Point[] = [...ROTATION, ...CHANGES, ...DELETION];
