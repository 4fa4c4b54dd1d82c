import { expect, test } from 'vitest';
import { managedWarning, managerOf } from './gitops.ts';

const labels = (labels: Readonly<Record<string, string>>) => ({ metadata: { labels } });
const annotations = (annotations: Readonly<Record<string, string>>) => ({ metadata: { annotations } });

test.for([
  [
    annotations({ 'argocd.argoproj.io/tracking-id': 'logging:beatkeys.dev/BeatApiKey:logging/a' }),
    'Argo CD application logging',
  ],
  [labels({ 'argocd.argoproj.io/instance': 'logging' }), 'Argo CD application logging'],
  [
    labels({ 'kustomize.toolkit.fluxcd.io/name': 'keys', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }),
    'Flux Kustomization flux-system/keys',
  ],
  [labels({ 'helm.toolkit.fluxcd.io/name': 'keys', 'app.kubernetes.io/managed-by': 'Helm' }), 'Flux HelmRelease keys'],
  [annotations({ 'meta.helm.sh/release-name': 'beats' }), 'Helm release beats'],
  [labels({ 'app.kubernetes.io/managed-by': 'Helm' }), 'Helm'],
] as const)('%j is known', ([object, name]) => {
  expect(managerOf(object)).toBe(name);
});

test('an object that a person made has no manager', () => {
  expect(managerOf({ metadata: {} })).toBeUndefined();
  expect(managerOf(labels({ 'app.kubernetes.io/managed-by': 'somebody', team: 'net' }))).toBeUndefined();
});

test('the warning says what becomes of the field', () => {
  const set = (manager: string, field: string) => ({
    manager,
    fieldsV1: { 'f:spec': { 'f:rotation': { [`f:${field}`]: {} } } },
  });
  const warning = (...managedFields: readonly ReturnType<typeof set>[]) =>
    managedWarning(
      { metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'keys' }, managedFields } },
      'BeatApiKey logging/a',
      'spec.rotation.request',
    );
  const begin = 'warning: BeatApiKey logging/a is managed by Flux Kustomization keys: ';
  const stays = `${begin}as long as its source has no spec.rotation.request this stays, and with one it is taken back, which rotates once more; better set it there`;
  expect(warning()).toBe(stays);
  expect(warning(set('beatkeys-cli', 'request'), set('argocd-server', 'request'))).toBe(stays);
  expect(warning(set('kustomize-controller', 'overlap'))).toBe(stays);
  expect(warning(set('kustomize-controller', 'request'))).toBe(
    `${begin}its source has spec.rotation.request (set by kustomize-controller), and takes this back, which rotates once more; better set it there`,
  );
  expect(managedWarning({ metadata: {} }, 'BeatApiKey logging/a', 'spec.rotation.request')).toBeUndefined();
});
