import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUILD_MS, CUSTOMIZATIONS, openGitOps, type Seen } from '../gitops/gitops.ts';
import { fixture, type Names } from './gitops/fixture.ts';
import { reachStates, type State } from './gitops/states.ts';
import { openServers } from './trouble/servers-world.ts';

/** What Argo CD, kstatus and the expressions for Flux say of every state that lasts. */
const EXPECTED: Readonly<Record<string, readonly [argoCD: string, kstatus: string, flux: string]>> = {
  'BeatApiKey new': ['Progressing', 'InProgress', 'InProgress'],
  'BeatApiKey healthy': ['Healthy', 'Current', 'Current'],
  'BeatApiKey edited': ['Progressing', 'InProgress', 'InProgress'],
  'BeatApiKey retiring': ['Healthy', 'Current', 'Current'],
  'BeatApiKey refused': ['Degraded', 'Failed', 'Failed'],
  'BeatApiKey unconnected': ['Degraded', 'Failed', 'Failed'],
  'BeatApiKey suspended': ['Suspended', 'Current', 'Current'],
  // There is no Secret: whoever waits for one has to wait.
  'BeatApiKey suspended-from-the-start': ['Suspended', 'InProgress', 'InProgress'],
  'BeatApiKey outage': ['Progressing', 'InProgress', 'InProgress'],
  'BeatApiKey outage-from-the-start': ['Progressing', 'InProgress', 'InProgress'],
  'BeatApiKey deleting': ['Progressing', 'Terminating', 'InProgress'],
  'ElasticsearchConnection new': ['Progressing', 'InProgress', 'InProgress'],
  'ElasticsearchConnection healthy': ['Healthy', 'Current', 'Current'],
  'ElasticsearchConnection edited': ['Progressing', 'InProgress', 'InProgress'],
  'ElasticsearchConnection unauthorized': ['Degraded', 'Failed', 'Failed'],
  'ElasticsearchConnection outage': ['Progressing', 'InProgress', 'InProgress'],
  'ElasticsearchConnection deleting': ['Progressing', 'Terminating', 'InProgress'],
};

const servers = await openServers({ settings: { BEATKEYS_DRIFT_INTERVAL: '3s', BEATKEYS_ATTEMPT_LIMIT: '30s' } });
afterAll(() => servers.close());

let states: readonly State[];
let seen: ReadonlyMap<string, Seen>;
beforeAll(async () => {
  const gitops = await openGitOps();
  states = await reachStates(servers);
  const judged = await gitops.judge(states.map(({ object }) => object));
  seen = new Map(states.map(({ kind, name }, index) => [`${kind} ${name}`, judged[index] as Seen]));
}, BUILD_MS);

test('Every state is judged', () => {
  expect([...seen.keys()].toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
});

describe.each(Object.entries(EXPECTED))('%s', (state, [argoCD, kstatus, flux]) => {
  test(`is ${argoCD} for Argo CD, ${kstatus} for kstatus and ${flux} for Flux' expressions`, () => {
    expect(seen.get(state)).toMatchObject({ argoCD, kstatus, flux });
  });

  test('is what the test data of the health check shows', async () => {
    const found = states.find(({ kind, name }) => `${kind} ${name}` === state);
    if (found === undefined) throw new Error(`nothing was brought into the state ${state}`);
    const file = path.join(CUSTOMIZATIONS, 'beatkeys.dev', found.kind, 'testdata', `${found.name}.yaml`);
    await expect(await fixture(found.object, names(states), file)).toMatchFileSnapshot(file);
  });
});

test.each(['BeatApiKey', 'ElasticsearchConnection'])('The test data have a %s without status', async (kind) => {
  // An API server that has our kinds does not show one: it fills in observedGeneration -1.
  const { status: _, ...object } = states.find((each) => each.kind === kind && each.name === 'new')?.object ?? {};
  const file = path.join(CUSTOMIZATIONS, 'beatkeys.dev', kind, 'testdata/no-status.yaml');
  await expect(await fixture(object, names(states), file)).toMatchFileSnapshot(file);
});

test('The action rotate is tested with the healthy object, and what becomes of it', async () => {
  const healthy = states.find(({ kind, name }) => kind === 'BeatApiKey' && name === 'healthy')?.object ?? {};
  const rotation = { request: 'argocd-2026-11-22T06:21:48Z' };
  const file = path.join(CUSTOMIZATIONS, 'beatkeys.dev/BeatApiKey/actions/testdata/rotated.yaml');
  const rotated = { ...healthy, spec: { ...(healthy['spec'] as object), rotation } };
  await expect(await fixture(rotated, names(states), file)).toMatchFileSnapshot(file);
});

/** What is this run's own. */
function names(all: readonly State[]): Names {
  const texts = JSON.stringify(all);
  const ids = [...new Set([...texts.matchAll(/"keyID":"([^"]+)"/g)].map(([, id]) => id ?? ''))];
  const clusters = [...new Set([...texts.matchAll(/"clusterUUID":"([^"]+)"/g)].map(([, id]) => id ?? ''))];
  const installations = [...texts.matchAll(/"beatkeys\.dev\/installation":"([^"]+)"/g)].map(([, id]) => id ?? '');
  return {
    [servers.objects.namespace]: 'logging',
    [servers.site.user.username]: 'beatkeys',
    [servers.site.node.version]: '9.5.3',
    ...Object.fromEntries(installations.map((id) => [id, '6e1d2f4b'])),
    ...Object.fromEntries(clusters.map((id) => [id, 'pzoM0gEQSiOli-IqUTg_pg'])),
    ...Object.fromEntries(ids.map((id, index) => [id, `VuaCfGcBCdbkQm-e5a${String(index).padStart(2, '0')}`])),
  };
}
