import fc from 'fast-check';
import { METADATA_KEY } from '../../../src/api/names.ts';
import type { KeyRecord } from '../../../src/core/key-record.ts';
import { keyRecord } from '../../../src/elasticsearch/records.ts';
import { refusal } from '../../../src/elasticsearch/refusal.ts';
import { failureOfAnswer, type Attempt } from '../../../src/kubernetes/failure.ts';
import { fieldOf, isObject, keyOf, type KubernetesObject, placeOf } from '../../../src/kubernetes/object.ts';
import { secretMetadata } from '../../../src/kubernetes/secret-metadata.ts';
import { controls, podOf, replicaSetOf } from '../../../src/kubernetes/workload-summary.ts';
import { isWithinBounds } from '../../../src/lib/json-bounds.ts';
import { aWorkload } from '../../builders/workload.ts';
import { altered, json, repeated, text } from './inputs.ts';
import { must, target } from './target.ts';

/** Words of a server, which must not be repeated. */
const SAID = 'server-words-4711';

const entry = {
  id: 'TiNAGG4BaaMdaH1tRfuU',
  name: 'logging/packetbeat',
  creation: 1_767_225_600_000,
  expiration: 1_767_312_000_000,
  invalidated: false,
  username: 'beatkeys',
  realm: 'native1',
  metadata: {
    team: 'network',
    [METADATA_KEY]: {
      ...{ installation: 'i', namespace: 'logging', name: 'packetbeat', uid: 'u', attempt: 'a', fingerprint: 'f' },
      ...{ reason: 'FirstIssue', generation: '1' },
    },
  },
  role_descriptors: {
    r: { cluster: ['monitor'], indices: [{ names: ['a'], privileges: ['read'], query: '{"match_all":{}}' }] },
  },
};

const isTime = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
function holdsRecord(read: (entry: unknown) => KeyRecord | undefined, given: unknown): void {
  const record = read(given);
  if (record === undefined) return;
  const { id, creation, expiration = 0, invalidated, owner, mark, contentDigest } = record;
  must(/^[\w-]{1,128}$/.test(id), 'give an id that can stand in a path');
  must(isTime(creation) && isTime(expiration), 'give times');
  must(typeof invalidated === 'boolean', 'say whether the key is invalidated');
  for (const word of [owner.username, owner.realm, ...Object.values<unknown>({ ...mark }), contentDigest]) {
    must(typeof word === 'string' && word.length <= 1_024, 'give words');
  }
  must(/^[a-z0-9.-]{1,253}$/.test(mark.namespace) && /^[a-z0-9.-]{1,253}$/.test(mark.name), 'give names of Kubernetes');
}

const SENTENCES = [
  ...[
    'unknown cluster privilege [',
    'unknown index privilege [',
    'duplicate element: ',
    'unexpected field [',
    'unknown field [',
  ],
  ...['invalid regular expression pattern [', 'within [remote_cluster]. found [', 'expected one of ', ' but found ['],
  ...['failed to parse ', 'role', 'metadata_flattened', 'expiration', 'api key name', SAID, ']', '];\n'],
];
const MIB = 1_048_576;
const sentence = fc.oneof(
  { weight: 8, arbitrary: fc.array(fc.constantFrom(...SENTENCES), { maxLength: 6 }).map((all) => all.join('')) },
  { weight: 1, arbitrary: repeated(MIB, SENTENCES) },
);
const cause = fc.record({ type: fc.constantFrom('illegal_argument_exception', SAID), reason: sentence });
const errorBody = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      error: fc.record({
        type: fc.string(),
        reason: sentence,
        caused_by: cause,
        root_cause: fc.array(cause, { maxLength: 3 }),
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ error: sentence }) },
  { weight: 1, arbitrary: json },
);

function holdsRefusal(read: typeof refusal, { body, sent }: { readonly body: unknown; readonly sent: unknown }): void {
  const told = read(body, sent);
  must(told.kind === 'rejected' || told.kind === 'conflict', 'say what kind it is');
  must(told.detail !== '' && told.code !== '', 'say something');
  must(!JSON.stringify(told).includes(SAID), "not repeat the server's words");
}

const object = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    ...{ name: 'packetbeat', namespace: 'logging', uid: 'u', resourceVersion: '7', generation: 1 },
    ...{ creationTimestamp: '2026-01-01T00:00:00Z', deletionTimestamp: '2026-01-01T00:00:00Z' },
    labels: { 'pod-template-hash': 'abc', constructor: 'x' },
    annotations: { 'beatkeys.dev/key-id': 'k' },
    finalizers: ['a'],
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'packetbeat-abc', uid: 'r', controller: true },
    ],
    managedFields: [
      {
        manager: 'beatkeys',
        operation: 'Update',
        time: '2026-01-01T00:00:00Z',
        fieldsV1: { 'f:data': { 'f:key': {} } },
      },
    ],
  },
};

type Guard = (value: unknown) => boolean;
/** Whatever is taken for an object can be read as each kind that only metadata are read of. */
function holdsObject(guard: Guard, value: unknown): void {
  must(placeOf(value).length < 600, 'have a short name for it');
  if (!guard(value)) return;
  const taken = value as KubernetesObject;
  must(typeof keyOf(taken) === 'string', 'have a key');
  const { labels, annotations } = secretMetadata(taken);
  must(
    [...Object.values(labels), ...Object.values(annotations)].every((one) => typeof one === 'string'),
    'have texts in its maps',
  );
  podOf(taken);
  replicaSetOf(taken);
  for (const kind of ['DaemonSet', 'Deployment'] as const) controls(aWorkload({ kind }), taken);
}
const oldGuard: Guard = (value) =>
  ['name', 'uid', 'resourceVersion'].every((field) => typeof fieldOf(fieldOf(value, 'metadata'), field) === 'string');

const status = {
  kind: 'Status',
  reason: 'Invalid',
  code: 422,
  message: `${SAID} exceeded quota`,
  details: {
    name: 'x',
    causes: [
      { reason: 'FieldValueForbidden', field: 'data', message: SAID },
      { reason: SAID, field: 'metadata.uid' },
    ],
  },
};
const attempts: readonly Attempt[] = (['get', 'list', 'patch', 'create'] as const).map((verb) => ({
  ...{ operation: `${verb} Secret`, verb, resource: 'secrets', namespace: 'logging' },
}));
interface Answered {
  readonly attempt: Attempt;
  readonly code: number;
  readonly body: unknown;
}
function holdsFailure(read: typeof failureOfAnswer, { attempt, code, body }: Answered): void {
  const { kind, message, detail } = read(attempt, code, body);
  must(typeof kind === 'string' && message.length < 1_024, 'say what it was');
  must(!`${message} ${detail}`.includes(SAID), "not repeat the server's words");
}

const BOUNDS = { depth: 20, values: 200 };
/** Depth and number of values as they are once parsed. */
function measure(value: unknown): { readonly depth: number; readonly values: number } {
  const most = { depth: 0, values: 0 };
  const todo: [unknown, number][] = [[value, 0]];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const [member, above] = next;
    most.values += 1;
    if (typeof member !== 'object' || member === null) continue;
    most.depth = Math.max(most.depth, above + 1);
    for (const each of Object.values(member) as unknown[]) todo.push([each, above + 1]);
  }
  return most;
}
function holdsBounds(subject: typeof isWithinBounds, source: string): void {
  const within = subject(source, BOUNDS);
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return;
  }
  const { depth, values } = measure(value);
  if (within) must(depth <= BOUNDS.depth && values <= BOUNDS.values, 'let nothing through that is beyond');
  // Of n members one comma less is written: what is counted is at most twice of what there is.
  else must(depth > BOUNDS.depth || 2 * values > BOUNDS.values, 'let through what is within');
}

export const answerTargets = [
  target('key of Elasticsearch', {
    inputs: fc.oneof(altered(entry), altered(entry), json),
    real: keyRecord,
    holds: holdsRecord,
    mistakes: {
      'it takes any id': (given) => {
        const record = keyRecord({ ...(given as object), id: 'a' });
        return record === undefined ? undefined : { ...record, id: String(fieldOf(given, 'id')) };
      },
      'it believes the server': (given) => given as KeyRecord,
    },
  }),
  target('refusal of Elasticsearch', {
    inputs: fc.record({ body: errorBody, sent: fc.constantFrom({ a: ['monitor'] }, undefined, []) }),
    real: refusal,
    holds: holdsRefusal,
    mistakes: {
      'it repeats the reason': (body, sent) => ({
        ...refusal(body, sent),
        detail: `Elasticsearch says ${JSON.stringify(body)}`,
      }),
      'it does not end': (body, sent) => {
        const error = fieldOf(body, 'error');
        return typeof error === 'string' && /^(?:[^\]]+)+\]$/.test(error) ? refusal({}, sent) : refusal(body, sent);
      },
    },
  }),
  target('object of Kubernetes', {
    inputs: fc.oneof(altered(object), altered(object), json),
    real: isObject,
    holds: holdsObject,
    mistakes: { 'it looks at the identity only': oldGuard, 'it takes everything': () => true },
  }),
  target('refusal of Kubernetes', {
    inputs: fc.record({
      attempt: fc.constantFrom(...attempts),
      code: fc.constantFrom(400, 401, 403, 404, 409, 410, 415, 422, 429, 500, 504, 302),
      body: fc.oneof(altered(status, fc.oneof(json, fc.constant(SAID), text())), json),
    }),
    real: failureOfAnswer,
    holds: holdsFailure,
    mistakes: {
      'it repeats the message': (attempt, code, body) =>
        failureOfAnswer({ ...attempt, resource: String(fieldOf(body, 'message')) }, code, body),
    },
  }),
  target('bounds of JSON', {
    inputs: fc.oneof(
      fc.json({ maxDepth: 6 }),
      json.map((value) => JSON.stringify(value)),
      fc
        .array(
          fc.constantFrom(
            '[',
            ']',
            '{',
            '}',
            '"',
            '\\',
            '\\"',
            ',',
            ':',
            '1',
            '[[[[[[[[',
            '"a":{',
            ']]]]]]]]',
            '1,1,1,',
          ),
          { maxLength: 60 },
        )
        .map((all) => all.join('')),
      fc.integer({ min: 1, max: 40 }).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
      fc.integer({ min: 1, max: 400 }).map((values) => `["${'\\"],'.repeat(values)}",${'0,'.repeat(values)}0]`),
    ),
    real: isWithinBounds,
    holds: holdsBounds,
    mistakes: {
      'it counts what stands in texts': (source, { values }) => source.split(',').length <= values,
      'it forgets the depth': (source, bounds) => isWithinBounds(source, { ...bounds, depth: Infinity }),
    },
  }),
];
