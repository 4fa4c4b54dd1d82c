import { ANNOTATIONS, FIELD_MANAGER, LABELS } from '../api/names.ts';
import type { SecretMetadata } from '../core/secret.ts';
import { lastWrite, ownedKeys } from './field-owner.ts';
import type { KubernetesObject } from './object.ts';

const OURS: ReadonlySet<string> = new Set([...Object.values(LABELS), ...Object.values(ANNOTATIONS)]);

/** What the domain knows of a Secret; reads nothing but metadata, whatever else the object carries. */
export function secretMetadata({ metadata }: KubernetesObject): SecretMetadata {
  const { namespace = '', name, uid, resourceVersion, labels = {}, annotations = {}, managedFields } = metadata;
  const controllerUID = metadata.ownerReferences?.find((reference) => reference.controller === true)?.uid;
  const setByUs = (map: 'labels' | 'annotations'): string[] =>
    ownedKeys(managedFields, ['metadata', map], { manager: FIELD_MANAGER, alone: false }).filter(
      (key) => !OURS.has(key),
    );
  const writtenAt = lastWrite(managedFields, FIELD_MANAGER);
  return {
    namespace,
    name,
    uid,
    resourceVersion,
    labels,
    annotations,
    ...(controllerUID === undefined ? {} : { controllerUID }),
    ...(writtenAt === undefined ? {} : { writtenAt }),
    ownedDataKeys: ownedKeys(managedFields, ['data'], { manager: FIELD_MANAGER, alone: true }),
    ownedLabels: setByUs('labels'),
    ownedAnnotations: setByUs('annotations'),
  };
}
