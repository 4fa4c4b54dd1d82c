import type * as z from 'zod';
import type { JsonObject } from '../lib/json.ts';
import type { beatApiKeyStatus } from './beat-api-key-status.ts';
import type { beatApiKeySpec } from './beat-api-key.ts';
import type { elasticsearchConnectionStatus } from './elasticsearch-connection-status.ts';
import type { elasticsearchConnectionSpec } from './elasticsearch-connection.ts';
import type { API_VERSION } from './names.ts';
import type { Role } from './role-descriptor.ts';

/** What an API server sends is not ours to change. Free JSON is so already, and has no depth to go down. */
type Immutable<T> = T extends object
  ? [string, JsonObject] extends [keyof T, T]
    ? T
    : { readonly [K in keyof T]: Immutable<T[K]> }
  : T;

export type BeatApiKeySpec = Immutable<z.output<ReturnType<typeof beatApiKeySpec>>>;
export type BeatApiKeyStatus = Immutable<z.output<typeof beatApiKeyStatus>>;
export type ElasticsearchConnectionSpec = Immutable<z.output<ReturnType<typeof elasticsearchConnectionSpec>>>;
export type ElasticsearchConnectionStatus = Immutable<z.output<typeof elasticsearchConnectionStatus>>;

/** A role descriptor as users write it: `index` and `indices` are one field. */
export type RoleDescriptor = Immutable<z.output<Role['descriptor']>>;
/** The descriptors of a key by name. */
export type RoleDescriptors = Readonly<Record<string, RoleDescriptor>>;
/** One entry of `index` or `indices`. */
export type IndexPrivileges = NonNullable<RoleDescriptor['indices']>[number];

export type Condition = NonNullable<BeatApiKeyStatus['conditions']>[number];

/** The part of an object's metadata that Beatkeys reads. Times are RFC 3339. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object whose `spec` the API server has checked against the CRD; `parse…Spec` is what may be acted on. */
interface Resource<Kind extends string, Spec, Status> {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status;
}

export type BeatApiKey = Resource<'BeatApiKey', BeatApiKeySpec, BeatApiKeyStatus>;
export type ElasticsearchConnection = Resource<
  'ElasticsearchConnection',
  ElasticsearchConnectionSpec,
  ElasticsearchConnectionStatus
>;
