import { isRecord } from '../lib/json.ts';

/** Who wrote which fields, as the API server keeps it. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  /** RFC 3339, whole seconds: when the manager last changed a field. */
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The part of `metadata` that this adapter reads. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Counts the changes of the spec, where the kind has one. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
}

/** Any object as the API server sends it; also a PartialObjectMetadata, which is nothing more than this. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/** Where an object stands: `namespace/name`, or the name alone where the kind has no namespaces. */
export function keyOf(object: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** True when `value` carries what every object of an API server carries, and its metadata are of the form promised. */
export function isObject(value: unknown): value is KubernetesObject {
  const metadata = fieldOf(value, 'metadata');
  return (
    IDENTITY.every((field) => isText(fieldOf(metadata, field))) &&
    FORMS.every(([field, isFormed]) => {
      const given = fieldOf(metadata, field);
      return given === undefined || isFormed(given);
    })
  );
}

/** What to call an object that is not of that form: `namespace/name` as far as it has them. */
export function placeOf(value: unknown): string {
  const metadata = fieldOf(value, 'metadata');
  const [namespace, name] = (['namespace', 'name'] as const).map((field) => {
    const given = fieldOf(metadata, field);
    return isText(given) && NAME.test(given) ? given : undefined;
  });
  if (name === undefined) return 'an object without a name';
  return namespace === undefined ? name : `${namespace}/${name}`;
}

const NAME = /^[a-z0-9.:-]{1,253}$/i;

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNothing = (value: unknown): boolean => value === undefined || isText(value);
const isTextMap = (value: unknown): boolean => isRecord(value) && Object.values(value as object).every(isText);
const isListOf =
  (isMember: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(isMember);

const IDENTITY = ['name', 'uid', 'resourceVersion'] as const;
const FORMS: readonly (readonly [field: keyof ObjectMeta, isFormed: (value: unknown) => boolean])[] = [
  ['namespace', isText],
  ['generation', (value) => typeof value === 'number'],
  // Go writes null for the time that it does not know.
  ['creationTimestamp', (value) => isText(value) || value === null],
  ['deletionTimestamp', isText],
  ['labels', isTextMap],
  ['annotations', isTextMap],
  ['finalizers', isListOf(isText)],
  [
    'ownerReferences',
    isListOf((one) => ['apiVersion', 'kind', 'name', 'uid'].every((field) => isText(fieldOf(one, field)))),
  ],
  [
    'managedFields',
    isListOf(
      (one) =>
        isRecord(one) &&
        ['manager', 'operation', 'subresource', 'time'].every((field) => isTextOrNothing(fieldOf(one, field))),
    ),
  ],
];

/** A field of what may or may not be an object. */
export function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : undefined;
}

/** The object without `managedFields`, which are most of its size in memory and of no use to who reads it. */
export function withoutManagedFields<T extends KubernetesObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
