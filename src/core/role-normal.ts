import { fieldsOf, type JsonValue } from '../lib/json.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { digest } from '../lib/digest.ts';
import { remembered } from '../lib/remembered.ts';

/**
 * One form for role descriptors that mean the same, so that what was asked for can be compared with what Elasticsearch
 * answers. The server spells `index` as `indices`, adds empty lists, `allow_restricted_indices: false` and
 * `transient_metadata`, and turns queries into text; lists of names and privileges are sets to it. Pinned by
 * test/contract/elasticsearch-role-normal.test.ts.
 */

export interface NormalIndices {
  readonly names: readonly string[];
  readonly privileges: readonly string[];
  readonly allow_restricted_indices: boolean;
  /** An empty `grant` stays: it denies every field. */
  readonly field_security?: { readonly grant?: readonly string[]; readonly except?: readonly string[] };
  readonly query?: JsonValue;
}

export interface NormalRemoteIndices extends NormalIndices {
  readonly clusters: readonly string[];
}

export interface NormalApplication {
  readonly application: string;
  readonly privileges: readonly string[];
  readonly resources: readonly string[];
}

export interface NormalRemoteCluster {
  readonly clusters: readonly string[];
  readonly privileges: readonly string[];
}

/** Every list is sorted and without doubles. */
export interface NormalRoleDescriptor {
  readonly cluster: readonly string[];
  readonly indices: readonly NormalIndices[];
  readonly applications: readonly NormalApplication[];
  readonly run_as: readonly string[];
  readonly remote_indices: readonly NormalRemoteIndices[];
  readonly remote_cluster: readonly NormalRemoteCluster[];
  readonly restriction?: { readonly workflows: readonly string[] };
  readonly global?: JsonValue;
  readonly metadata?: JsonValue;
}

/** A plan is made some times in a pass, and the ceiling of a connection is compared with every object's request. */
const known = new WeakMap<object, NormalRoleDescriptor>();

/**
 * The normal form of one descriptor, worked out once for each. Fields that it does not know are left out: a newer server
 * may add some.
 */
export function normalRoleDescriptor(descriptor: object): NormalRoleDescriptor {
  const before = known.get(descriptor);
  if (before !== undefined) return before;
  const normal = normalForm(descriptor);
  known.set(descriptor, normal);
  return normal;
}

function normalForm(descriptor: object): NormalRoleDescriptor {
  const field = fieldsOf(descriptor);
  const workflows = texts(fieldsOf(field['restriction'])['workflows']);
  const global = globalForm(json(field['global']));
  const metadata = json(field['metadata']);
  return {
    cluster: privileges(field['cluster']),
    indices: entries([...list(field['index']), ...list(field['indices'])], indicesEntry),
    applications: entries(field['applications'], applicationEntry),
    run_as: texts(field['run_as']),
    remote_indices: entries(field['remote_indices'], (entry) => ({
      clusters: texts(entry['clusters']),
      ...indicesEntry(entry),
    })),
    remote_cluster: entries(field['remote_cluster'], (entry) => ({
      clusters: texts(entry['clusters']),
      privileges: privileges(entry['privileges']),
    })),
    ...(workflows.length === 0 ? {} : { restriction: { workflows } }),
    ...(isEmpty(global) ? {} : { global }),
    ...(isEmpty(metadata) ? {} : { metadata }),
  };
}

/** The normal form of a key's descriptors, by name. */
export function normalRoleDescriptors(descriptors: object): Readonly<Record<string, NormalRoleDescriptor>> {
  return Object.fromEntries(
    Object.entries(descriptors).map(([name, descriptor]) => [name, normalRoleDescriptor(fieldsOf(descriptor))]),
  );
}

/** The same for what was asked for and for what Elasticsearch answers, as long as both mean the same. */
export function contentDigest(roleDescriptors: object, userMetadata: object): string {
  return digestOfContent({ roleDescriptors, userMetadata });
}

/** Thousands of keys ask for the same few rights, and all of them are read at each inventory. */
const digestOfContent = remembered(
  ({ roleDescriptors, userMetadata }: { readonly roleDescriptors: object; readonly userMetadata: object }) =>
    digest({ roleDescriptors: normalRoleDescriptors(roleDescriptors), metadata: userMetadata }),
  1_000,
);

type Fields = Readonly<Record<string, unknown>>;

function indicesEntry(entry: Fields): NormalIndices {
  const security = fieldSecurity(fieldsOf(entry['field_security']));
  const query = normalQuery(entry['query']);
  return {
    names: texts(entry['names']),
    privileges: privileges(entry['privileges']),
    allow_restricted_indices: entry['allow_restricted_indices'] === true,
    ...(security === undefined ? {} : { field_security: security }),
    ...(query === undefined ? {} : { query }),
  };
}

/** All fields without exception is no restriction at all, not even for a licence that covers none. */
function fieldSecurity({ grant, except }: Fields): NormalIndices['field_security'] {
  const excepted = texts(except);
  if (excepted.length === 0 && (!Array.isArray(grant) || grant.includes('*'))) return undefined;
  return {
    ...(Array.isArray(grant) ? { grant: texts(grant) } : {}),
    ...(excepted.length === 0 ? {} : { except: excepted }),
  };
}

function applicationEntry(entry: Fields): NormalApplication {
  return {
    application: typeof entry['application'] === 'string' ? entry['application'] : '',
    // Case matters here: these are names that the application has registered.
    privileges: texts(entry['privileges']),
    resources: texts(entry['resources']),
  };
}

/** Text that is JSON and the object that it stands for are the same query; other text (a template) stays as it is. */
function normalQuery(query: unknown): JsonValue | undefined {
  if (query === undefined || query === null || query === '') return undefined;
  const text = typeof query === 'string' ? query : JSON.stringify(query);
  try {
    return JSON.parse(text, keepLongIntegers as Parameters<typeof JSON.parse>[1]) as JsonValue;
  } catch {
    return text;
  }
}

/** Integers beyond 2^53 keep their digits: to take two tenants' ids for the same would leave a key with the wrong one. */
function keepLongIntegers(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
  return /^-?\d+$/.test(source) ? { integer: source } : value;
}

function entries<T extends object>(value: unknown, normal: (entry: Fields) => T): readonly T[] {
  const byText = new Map(
    list(value)
      .map((entry) => normal(fieldsOf(entry)))
      .map((entry) => [canonicalJson(entry), entry]),
  );
  return [...byText.keys()].toSorted().flatMap((text) => byText.get(text) ?? []);
}

/** A set of texts; one text alone is a set of one. */
function texts(value: unknown): readonly string[] {
  const members = typeof value === 'string' ? [value] : list(value);
  return [...new Set(members.filter((member) => typeof member === 'string'))].toSorted();
}

/** Elasticsearch takes the names of cluster and index privileges in any case. */
function privileges(value: unknown): readonly string[] {
  return texts(texts(value).map((privilege) => privilege.toLowerCase()));
}

/** Texts in lists sorted, and members that say nothing left out: the server adds every category of `global`. */
function globalForm(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.every((member) => typeof member === 'string') ? texts(value) : value.map(globalForm);
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, globalForm(member ?? null)] as const);
  return Object.fromEntries(members.filter(([, member]) => !isEmpty(member)));
}

function isEmpty(value: JsonValue): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

const json = (value: unknown): JsonValue => (value ?? null) as JsonValue;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
