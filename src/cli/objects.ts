import { namespaceName, objectName } from '../api/fields.ts';
import { API_VERSION, BEAT_API_KEY, ELASTICSEARCH_CONNECTION, GROUP } from '../api/names.ts';
import type { BeatApiKey, ElasticsearchConnection, ObjectMeta } from '../api/types.ts';
import { fieldsOf } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import type { Complaint, Manifests } from './manifests.ts';

/** An object with where it was found. */
export interface Placed<T> {
  readonly place: string;
  readonly object: T;
}

/** What there is in manifests for Beatkeys; other kinds are passed over. */
export interface Objects {
  readonly keys: readonly Placed<BeatApiKey>[];
  readonly connections: readonly Placed<ElasticsearchConnection>[];
  /** Labels of the namespaces, by name. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly complaints: readonly Complaint[];
}

/** Stands for what only the API server knows. */
const UNKNOWN_UID = '<uid>';

const KINDS = [BEAT_API_KEY.kind, ELASTICSEARCH_CONNECTION.kind];

/** Sorts manifests. `namespace` is that of objects that name none. */
export function sortObjects({ manifests, complaints: before }: Manifests, namespace: string): Objects {
  const keys: Placed<BeatApiKey>[] = [];
  const connections: Placed<ElasticsearchConnection>[] = [];
  const namespaces = new Map<string, Readonly<Record<string, string>>>();
  const complaints = [...before];
  const seen = new Map<string, string>();
  for (const manifest of manifests) {
    const given = fieldsOf(manifest.value);
    const { kind, apiVersion } = given;
    if (kind === 'Namespace' && apiVersion === 'v1') {
      const { name, labels } = fieldsOf(given['metadata']);
      if (typeof name === 'string') namespaces.set(name, textsOf(labels));
      continue;
    }
    if (!isOurs(given)) continue;
    const object = objectOf(given, namespace);
    const problems = problemsOf(given, object);
    const name = `${String(kind)} ${object.metadata.namespace}/${object.metadata.name}`;
    const twin = seen.get(name);
    if (problems.length === 0 && twin !== undefined) problems.push(`is there twice, also in ${twin}`);
    if (problems.length > 0) {
      complaints.push(...problems.map((message) => ({ place: manifest.place, object: name, message })));
      continue;
    }
    seen.set(name, manifest.place);
    if (kind === BEAT_API_KEY.kind) keys.push({ place: manifest.place, object: object as BeatApiKey });
    else connections.push({ place: manifest.place, object: object as ElasticsearchConnection });
  }
  return { keys, connections, namespaces, complaints };
}

/** `namespace/name`. */
export const nameOf = ({ metadata }: { readonly metadata: Pick<ObjectMeta, 'namespace' | 'name'> }): string =>
  `${metadata.namespace}/${metadata.name}`;

type Fields = Readonly<Record<string, unknown>>;

/** A kind of ours without its group is a slip, and not somebody else's. */
function isOurs({ apiVersion, kind }: Fields): boolean {
  if (typeof apiVersion === 'string') return apiVersion.split('/')[0] === GROUP;
  return apiVersion === undefined && typeof kind === 'string' && KINDS.includes(kind);
}

function problemsOf({ apiVersion, kind }: Fields, { metadata }: { readonly metadata: ObjectMeta }): string[] {
  const problems: string[] = [];
  if (apiVersion !== API_VERSION) {
    const given = typeof apiVersion === 'string' ? `, but is ${JSON.stringify(apiVersion)}` : '';
    problems.push(`apiVersion must be ${API_VERSION}${given}`);
  }
  if (typeof kind !== 'string' || !KINDS.includes(kind)) {
    const meant = typeof kind === 'string' ? nearest(kind, KINDS) : undefined;
    problems.push(`kind must be one of ${KINDS.join(', ')}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`);
  }
  for (const [field, schema] of [
    ['name', objectName],
    ['namespace', namespaceName],
  ] as const) {
    const read = schema.safeParse(metadata[field]);
    const [issue] = read.error?.issues ?? [];
    if (metadata[field] === '') problems.push(`metadata.${field} is required`);
    else if (issue?.code === 'custom') problems.push(`metadata.${field} ${issue.message}`);
    else if (issue !== undefined) problems.push(`metadata.${field} is too long`);
  }
  return problems;
}

/** As the API server would make it; its spec is not checked here. */
function objectOf(given: Fields, namespace: string): { readonly metadata: ObjectMeta } {
  const { name, namespace: own, uid, generation, labels, annotations } = fieldsOf(given['metadata']);
  const metadata: ObjectMeta = {
    name: typeof name === 'string' ? name : '',
    namespace: typeof own === 'string' && own !== '' ? own : namespace,
    uid: typeof uid === 'string' ? uid : UNKNOWN_UID,
    resourceVersion: '',
    generation: typeof generation === 'number' ? generation : 1,
    creationTimestamp: '',
    labels: textsOf(labels),
    annotations: textsOf(annotations),
  };
  return { apiVersion: API_VERSION, kind: given['kind'], metadata, spec: given['spec'] } as {
    readonly metadata: ObjectMeta;
  };
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsOf(value));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
