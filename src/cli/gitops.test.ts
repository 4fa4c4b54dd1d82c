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
  [labels({ 'app.kubernetes.io/managed-by': 'Helm' }), 'Helm release (not named)'],
] as const)('%j is known', ([object, name]) => {
  expect(managerOf(object)?.name).toBe(name);
});

test('an object that a person made has no manager', () => {
  expect(managerOf({ metadata: {} })).toBeUndefined();
  expect(managerOf(labels({ 'app.kubernetes.io/managed-by': 'somebody', team: 'net' }))).toBeUndefined();
});

test('the warning says what to set, and where', () => {
  const manager = { name: 'Flux Kustomization keys', effect: 'it takes it back' };
  expect(managedWarning('BeatApiKey logging/a', 'spec.rotation.request', manager)).toBe(
    'warning: BeatApiKey logging/a is managed by Flux Kustomization keys: it takes it back; better set spec.rotation.request there',
  );
});
