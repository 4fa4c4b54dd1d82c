import type { JSONPatchStep } from './client.ts';
import type { KubernetesObject } from './object.ts';

type Finalized = { readonly metadata: Pick<KubernetesObject['metadata'], 'finalizers' | 'uid' | 'resourceVersion'> };

/** A step that makes the rest hold for exactly this version of the object. */
export function testVersion({ metadata }: Finalized): JSONPatchStep {
  return { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion };
}

/** A step that makes the rest hold for this object only, in whatever version. */
export function testUID({ metadata }: Finalized): JSONPatchStep {
  return { op: 'test', path: '/metadata/uid', value: metadata.uid };
}

/** Steps that add a finalizer; none where it is there. Only sound behind `testVersion`. */
export function addFinalizer({ metadata: { finalizers } }: Finalized, finalizer: string): JSONPatchStep[] {
  if (finalizers?.includes(finalizer) === true) return [];
  return finalizers === undefined
    ? [{ op: 'add', path: '/metadata/finalizers', value: [finalizer] }]
    : [{ op: 'add', path: '/metadata/finalizers/-', value: finalizer }];
}

/**
 * Steps that remove a finalizer from its very place in the list; none where it is not there. They test no version: a
 * status that changed meanwhile is no reason to keep an object.
 */
export function removeFinalizer({ metadata }: Finalized, finalizer: string): JSONPatchStep[] {
  const place = metadata.finalizers?.indexOf(finalizer) ?? -1;
  if (place === -1) return [];
  const path = `/metadata/finalizers/${place}`;
  return [testUID({ metadata }), { op: 'test', path, value: finalizer }, { op: 'remove', path }];
}

/** Steps that set one annotation. */
export function setAnnotation(
  { metadata: { annotations } }: { readonly metadata: Pick<KubernetesObject['metadata'], 'annotations'> },
  name: string,
  value: string,
): JSONPatchStep[] {
  return annotations === undefined
    ? [{ op: 'add', path: '/metadata/annotations', value: { [name]: value } }]
    : [{ op: 'add', path: `/metadata/annotations/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, value }];
}
