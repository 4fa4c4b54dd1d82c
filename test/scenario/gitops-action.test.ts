import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { BUILD_MS, openGitOps, type GitOps } from '../gitops/gitops.ts';
import { controlPlane } from '../testbed/current.ts';
import { compareWithGit } from './gitops/compare.ts';
import { beatApiKey, type Manifest } from './manifests.ts';
import { openTrouble } from './trouble/open.ts';
import { rounds } from './trouble/rounds.ts';

const { world, site, close } = await openTrouble({ settings: { BEATKEYS_ATTEMPT_LIMIT: '30s' } });
afterAll(close);
const { objects } = site;

let gitops: GitOps;
beforeAll(async () => {
  gitops = await openGitOps();
}, BUILD_MS);

const spec = { roleDescriptors: { role: { cluster: ['monitor'] } }, rotation: { overlap: '1s' } };

describe.each([
  ['client-side', ['apply', '-f', '-']],
  ['server-side', ['apply', '--server-side', '--field-manager=argocd-controller', '-f', '-']],
] as const)('The action rotate, where Argo CD applies %s', (where, apply) => {
  const name = `rotated-${where}`;
  const manifest: Manifest = beatApiKey(objects.namespace, name, spec);
  const sync = () => objects.kubectl(apply, JSON.stringify(manifest));
  const read = async (): Promise<object> =>
    JSON.parse(await objects.kubectl(['get', 'beatapikey', name, '-o', 'json', '--show-managed-fields'])) as object;

  test('replaces the key once, is no difference to Git, and outlasts a sync', async () => {
    await sync();
    const first = await objects.ready(name);
    const patch = await gitops.act('BeatApiKey', 'rotate', await read());
    const request = expect.stringMatching(/^argocd-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown;
    expect(patch).toEqual({ spec: { rotation: { request } } });
    await objects.kubectl([
      ...['patch', 'beatapikey', name, '--type=merge', '--field-manager=argocd-server'],
      ...['-p', JSON.stringify(patch)],
    ]);
    const second = await objects.rotated(name, first);
    expect(second.status?.lastRotation?.reason).toBe('Requested');
    expect(await compareWithGit(gitops, controlPlane(), [manifest])).toEqual([{ client: '', server: '' }]);
    await sync();
    await rounds(world.operator, 2);
    const third = await objects.ready(name);
    expect(third.spec).toEqual(second.spec);
    expect(third.status?.keyID).toBe(second.status?.keyID);
  });
});

test('What docs/gitops.md says of argocd-cm adds the health checks and leaves the rest', async () => {
  const file = path.resolve(import.meta.dirname, '../../deploy/argocd/argocd-cm.yaml');
  const { data } = parse(await readFile(file, 'utf8')) as { readonly data: Readonly<Record<string, string>> };
  await objects.kubectl(['create', 'configmap', 'argocd-cm', '--from-literal=url=https://argocd.example']);
  await objects.kubectl(['patch', 'configmap', 'argocd-cm', '--type=merge', `--patch-file=${file}`]);
  const text = await objects.kubectl(['get', 'configmap', 'argocd-cm', '-o', 'json']);
  expect((JSON.parse(text) as { readonly data: unknown }).data).toEqual({ url: 'https://argocd.example', ...data });
  expect(Object.keys(data)).toEqual([
    'resource.customizations.health.beatkeys.dev_BeatApiKey',
    'resource.customizations.actions.beatkeys.dev_BeatApiKey',
    'resource.customizations.health.beatkeys.dev_ElasticsearchConnection',
  ]);
});
