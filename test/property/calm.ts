import { LABELS } from '../../src/api/names.ts';
import { desire } from '../../src/core/desired.ts';
import { readJournal } from '../../src/core/journal.ts';
import { isConsistent } from '../../src/core/render.ts';
import { specOf, type Edit } from './history.ts';
import { DRIFT_MS, type Operator, type Trace } from './operator.ts';

/** Everything that disturbs ends; what the object asks for is asked for by a valid spec. */
export function calm(world: Operator, edit: Edit): void {
  const { at, elasticsearch, kubernetes } = world;
  elasticsearch.down = false;
  elasticsearch.missingPrivileges = [];
  at.createAnswerIsLost = false;
  at.secretWriteConflicts = false;
  kubernetes.apply(specOf({ ...edit, suspend: false }));
  // Without owner reference the label is all that ties a Secret to its object: a person who is asked puts it back.
  const uid = kubernetes.object?.metadata.uid ?? '';
  kubernetes.meddle(({ metadata }) => ({ labels: { ...metadata.labels, [LABELS.ownerUID]: uid } }));
}

/** Passes, each as soon as there is a reason for one, until there is none; answers what they did. */
export function converge(world: Operator): readonly Trace[] {
  const traces: Trace[] = [];
  for (let round = 0; round < 20; round++) {
    world.kubernetes.watch();
    world.lookAtConnection();
    const trace = world.pass();
    traces.push(trace);
    const since = trace.next?.needsInventorySince;
    if (since !== undefined) world.at.now = Math.max(world.at.now, since);
    if (trace.next !== undefined && trace.actions.length === 0 && since === undefined && !trace.statusWritten)
      return traces;
    if (trace.failure !== undefined) world.at.now += 3_000;
    if (world.kubernetes.object === undefined) return traces;
  }
  throw new Error(`no end: ${world.log.slice(-30).join(', ')}`);
}

/** A drift interval, and time for what only time settles. */
export function drift(world: Operator): readonly Trace[] {
  world.at.now += DRIFT_MS + 35_000;
  return converge(world);
}

/** What is wrong with Secret and keys, as invariants 1 and 2 of the operator have it. */
export function wrongs({ kubernetes, elasticsearch, at }: Operator): readonly string[] {
  const { object, secret } = kubernetes;
  if (object === undefined || secret === undefined) return ['there is no Secret'];
  const desired = desire(object);
  const journal = readJournal(secret.metadata.annotations);
  if (!desired.ok || journal === undefined) return ['there is no journal'];
  const { value } = desired;
  const current = elasticsearch.living().find((key) => key.record.id === secret.data['id']);
  const { expiration } = current?.record ?? {};
  const named = new Set([journal.keyID, ...journal.superseded.map(({ id }) => id)]);
  const facts: readonly (readonly [string, boolean])[] = [
    ['the journal names the key in the Secret', journal.keyID === secret.data['id']],
    ['the values are one key', isConsistent(secret.data, journal.keyID)],
    ['the key lives', current !== undefined && current.half === secret.data['key']],
    ['the key may do what is asked for', current?.record.contentDigest === value.contentDigest],
    ['the key has its name', current?.record.name === value.keyName],
    ['the key expires as asked for', (expiration !== undefined) === (value.expiration !== undefined)],
    ['it does not expire later', (expiration ?? 0) <= at.now + (value.expiration?.ms ?? 0)],
    ['the journal knows when it expires', journal.expires === expiration],
    ['templates are rendered', Object.keys(value.secret.templates).every((name) => name in secret.data)],
    [
      'labels are set',
      Object.entries(value.secret.labels).every(([name, text]) => secret.metadata.labels[name] === text),
    ],
    ['requests are handled', (value.request ?? journal.handledRequest) === journal.handledRequest],
    ['revocations are handled', (value.revokeRequest ?? journal.handledRevokeRequest) === journal.handledRevokeRequest],
    ['the owner stands on the Secret', (secret.metadata.controllerUID === object.metadata.uid) === !value.retain],
    ['every living key is named', elasticsearch.livingWithinReach().every(({ id }) => named.has(id))],
  ];
  return facts.filter(([, holds]) => !holds).map(([fact]) => `not so: ${fact}`);
}

/** How many keys were made. */
export const mints = (traces: readonly Trace[]): number =>
  traces.flatMap(({ actions }) => actions).filter((type) => type === 'issueKey').length;
