import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BeatApiKey, BeatApiKeySpec } from '../../src/api/types.ts';
import { externalServersGiven } from '../testbed/external.ts';
import { installCrds } from '../testbed/kubernetes/client.ts';
import { CRDS, versionOf } from './agreement/kubernetes-versions.ts';
import { connection } from './manifests.ts';
import { condition } from './objects.ts';
import { openTrouble, type Trouble } from './trouble/open.ts';
import { startOwnNewestPlane, startOwnPlane, type OwnControlPlane } from './trouble/own.ts';
import { writeUnguardedCrds } from './trouble/unguarded-crds.ts';

/**
 * An upgrade that brings rules for objects which are stored already and break them. Kubernetes lets everything else in
 * them change; rules between fields hold again as soon as the object changes that they are about.
 */

/** What an object came to hold while no rule forbade it. */
interface Row {
  readonly name: string;
  /** What is wrong, besides the connection and the preset. */
  readonly wrong: object;
  /** What the operator says of it. */
  readonly says: string;
  /** Set where the API server refuses every edit of spec with this, until the fault is mended. */
  readonly refuses?: string;
}

const ROWS: readonly Row[] = [
  { name: 'text', wrong: { keyName: ' padded' }, says: 'spec.keyName must not begin or end with white space' },
  { name: 'form', wrong: { expiration: '30 days' }, says: 'spec.expiration must be a whole number above zero' },
  {
    name: 'length',
    wrong: { rotation: { request: 'r'.repeat(257) } },
    says: 'spec.rotation.request must have at most 256',
  },
  { name: 'map', wrong: { metadata: { _team: 'network' } }, says: 'spec.metadata must not have the name beatkeys' },
  { name: 'choice', wrong: { preset: { beat: 'packetbaet' } }, says: 'spec.preset.beat must be one of packetbeat' },
  { name: 'type', wrong: { consumers: 'none' }, says: 'spec.consumers must be a list, not text' },
  {
    name: 'double',
    wrong: { preset: { beat: 'packetbeat', uses: ['publishing', 'publishing'] } },
    says: 'spec.preset.uses must not name anything twice',
  },
  {
    name: 'between-fields',
    wrong: { rotation: { renewBefore: '1d' } },
    says: 'spec.rotation.renewBefore needs expiration',
    refuses: 'spec.rotation.renewBefore: Invalid value: needs expiration',
  },
];

const crds = await writeUnguardedCrds();
afterAll(() => crds.remove());

/** In somebody else's cluster the definitions stay as they are. */
const start = async (): Promise<readonly OwnControlPlane[]> => {
  if (externalServersGiven) return [];
  const newest = await startOwnNewestPlane(crds.path);
  return [await startOwnPlane(crds.path), ...(newest === undefined ? [] : [newest])];
};
const planes = await Promise.all((await start()).map(async (plane) => [await versionOf(plane), plane] as const));
afterAll(() => Promise.all(planes.map(([, plane]) => plane[Symbol.asyncDispose]())));

describe.each(planes)('After an upgrade of the definitions under Kubernetes %s', (_version, plane) => {
  let own: Trouble;
  const before = new Map<string, BeatApiKey>();

  beforeAll(async () => {
    own = await openTrouble({ plane });
    const { objects, node, user } = own.site;
    for (const { name } of ROWS) before.set(name, await objects.issue(name));
    await objects.apply(
      ...connection(objects.namespace, 'hasty', node, user, { limits: { concurrentRequests: 5_000 } }),
    );
    for (const { name, wrong } of ROWS) await objects.patch('BeatApiKey', name, { spec: wrong });
    for (const { name } of ROWS) await objects.refused(name, 'InvalidSpec');
    await installCrds(plane, CRDS);
  });
  afterAll(() => own.close());

  test.each(ROWS)('what is wrong with the $name does not come in any more', async ({ wrong, says }) => {
    const { objects } = own.site;
    const spec = { preset: { beat: 'packetbeat' }, ...wrong } as Partial<BeatApiKeySpec>;
    const [field = ''] = /\w+(?= )/.exec(says) ?? [];
    await expect(objects.applyKey('new', spec)).rejects.toThrow(field);
    expect(await objects.find('BeatApiKey', 'new')).toBeUndefined();
  });

  test.each(ROWS)('with a wrong $name an object keeps its key, and says so, whoever writes it', async (row) => {
    const { objects, beat } = own.site;
    const { name, says } = row;
    await objects.patch('BeatApiKey', name, { metadata: { labels: { team: 'network' }, annotations: { note: 'a' } } });
    await objects.kubectl([
      'patch',
      'bak',
      name,
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"conditions":[]}}',
    ]);
    // The operator's own write of status.
    const told = await objects.refused(name, 'InvalidSpec');
    expect(condition(told, 'Stalled')?.status).toBe('True');
    expect(condition(told, 'Stalled')?.message).toContain(says);
    expect(told.status?.keyID).toBe(before.get(name)?.status?.keyID);
    expect(told.spec).toMatchObject(row.wrong);
    expect(await (await beat(name)).authenticate()).toBe(200);
  });

  test.each(ROWS.filter(({ refuses }) => refuses === undefined))(
    'with a wrong $name other fields of spec can be edited',
    async ({ name, wrong, says }) => {
      const { objects } = own.site;
      await objects.patch('BeatApiKey', name, { spec: { deletionPolicy: 'Invalidate' } });
      const told = await objects.refused(name, 'InvalidSpec');
      expect(condition(told, 'Ready')?.message).toContain(says);
      expect(told.spec).toMatchObject({ ...wrong, deletionPolicy: 'Invalidate' });
    },
  );

  test.each(ROWS.filter(({ refuses }) => refuses !== undefined))(
    'with a wrong $name no other field of spec can be edited: the rule is about the whole of it',
    async ({ name, refuses }) => {
      const edit = own.site.objects.patch('BeatApiKey', name, { spec: { deletionPolicy: 'Invalidate' } });
      await expect(edit).rejects.toThrow(refuses);
    },
  );

  test('a connection with a wrong number says so, and can be edited and deleted', async () => {
    const { objects } = own.site;
    await objects.patch('ElasticsearchConnection', 'hasty', { metadata: { labels: { team: 'network' } } });
    await objects.patch('ElasticsearchConnection', 'hasty', { spec: { clusterUUID: 'pzoM0gEQSiOli-IqUTg_pg' } });
    const told = await objects.connectionRefused('hasty', 'InvalidSpec');
    expect(condition(told, 'Stalled')?.message).toContain('spec.limits.concurrentRequests must be at most 1000');
    await objects.remove('ElasticsearchConnection', 'hasty');
    await objects.untilGone('ElasticsearchConnection', 'hasty');
  });

  test('one that is mended is ready with the key it had', async () => {
    const { objects } = own.site;
    await objects.patch('BeatApiKey', 'form', { spec: { expiration: null } });
    await objects.patch('BeatApiKey', 'between-fields', { spec: { rotation: null } });
    for (const name of ['form', 'between-fields']) {
      const { status } = await objects.ready(name);
      expect(status?.keyID).toBe(before.get(name)?.status?.keyID);
    }
  });

  test.each(ROWS)('with a wrong $name an object can be deleted, and its key goes with it', async ({ name }) => {
    const { objects, beat, keys } = own.site;
    const [client, object] = [await beat(name), before.get(name)];
    await objects.remove('BeatApiKey', name);
    await objects.untilGone('BeatApiKey', name);
    expect(await client.authenticate()).toBe(401);
    expect(object === undefined ? [] : (await keys(object)).map(({ invalidated }) => invalidated)).toEqual([true]);
  });
});
