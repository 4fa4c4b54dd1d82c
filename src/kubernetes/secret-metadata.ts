import { ANNOTATIONS, BEAT_API_KEY, FIELD_MANAGER, GROUP, LABELS } from '../api/names.ts';
import type { SecretMetadata } from '../core/secret.ts';
import { lastWrite, ownedKeys } from './field-owner.ts';
import type { KubernetesObject, OwnerReference } from './object.ts';

const OURS: ReadonlySet<string> = new Set([...Object.values(LABELS), ...Object.values(ANNOTATIONS)]);

/** What the domain knows of a Secret; reads nothing but metadata, whatever else the object carries. */
export function secretMetadata({ metadata }: KubernetesObject): SecretMetadata {
  const { namespace = '', name, uid, resourceVersion, labels = {}, annotations = {}, managedFields } = metadata;
  const controller = metadata.ownerReferences?.find((reference) => reference.controller === true);
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
    ...(controller === undefined ? {} : { controllerUID: controller.uid }),
    ...(controller === undefined || isOurKind(controller)
      ? {}
      : { otherController: `${controller.kind} ${controller.name}` }),
    ...(writtenAt === undefined ? {} : { writtenAt }),
    ownedDataKeys: ownedKeys(managedFields, ['data'], { manager: FIELD_MANAGER, alone: true }),
    ownedLabels: setByUs('labels'),
    ownedAnnotations: setByUs('annotations'),
  };
}

const isOurKind = ({ kind, apiVersion }: OwnerReference): boolean =>
  kind === BEAT_API_KEY.kind && apiVersion.startsWith(`${GROUP}/`);
