import { LABELS } from '../../src/api/names.ts';
import { desire } from '../../src/core/desired.ts';
import { readJournal } from '../../src/core/journal.ts';
import { isConsistent } from '../../src/core/render.ts';
import { DRIFT_MS, type Trace } from './operator.ts';
import { apply, type World } from './world.ts';

/** Everything that disturbs ends; what the object asks for is asked for by a valid spec. */
export function calm(world: World): void {
  const { at, elasticsearch, kubernetes, connection } = world;
  elasticsearch.down = false;
  elasticsearch.missingPrivileges = [];
  at.createAnswerIsLost = false;
  at.secretWriteConflicts = false;
  at.secretAnswerIsLost = false;
  at.meanwhile = undefined;
  connection.confirm(elasticsearch.cluster);
  apply(world, { ...world.edit, suspend: false });
  // Without owner reference the label is all that ties a Secret to its object: a person who is asked puts it back.
  const uid = kubernetes.object?.metadata.uid ?? '';
  kubernetes.meddle(({ metadata }) => ({ labels: { ...metadata.labels, [LABELS.ownerUID]: uid } }));
  for (const workload of kubernetes.workloads) {
    workload.exists = true;
    workload.nodes = 2;
    workload.heldBy = undefined;
    workload.failing = false;
    workload.denied = undefined;
  }
}

/** Passes and roll-outs, each as soon as there is a reason for one, until there is none; answers what passes did. */
export async function converge({ at, kubernetes, operator }: World): Promise<readonly Trace[]> {
  const traces: Trace[] = [];
  for (let round = 0; round < 100; round++) {
    kubernetes.watch();
    await operator.lookAtConnection();
    const trace = await operator.pass();
    traces.push(trace);
    if (kubernetes.object === undefined) return traces;
    const rolling = kubernetes.workloads.filter((workload) => workload.step()).length > 0;
    const since = operator.connection.inventoryWantedSince;
    if (since !== undefined) at.now = Math.max(at.now, since);
    else if (trace.outcome?.type === 'retry') at.now += 3_000;
    else if (trace.outcome !== undefined && trace.effects === 0 && !rolling) return traces;
  }
  throw new Error('no end');
}

/** A drift interval, and time for what only time settles. */
export async function drift(world: World): Promise<readonly Trace[]> {
  world.at.now += DRIFT_MS + 35_000;
  return converge(world);
}

/** As long as it takes: an interval, in which what was noted of the cluster is looked at anew, and a budget's hour. */
export async function settle(world: World): Promise<readonly Trace[]> {
  const traces = [...(await converge(world)), ...(await drift(world))];
  const last = traces.at(-1)?.outcome;
  if (last?.type !== 'done' || !isOverBudget(world)) return traces;
  world.at.now = last.dueAt ?? world.at.now;
  return [...traces, ...(await converge(world))];
}

const isOverBudget = ({ kubernetes }: World): boolean =>
  kubernetes.object?.status?.conditions?.[0]?.reason === 'MintBudgetExceeded';

/** What is wrong with Secret and keys, as invariants 1 and 2 of the operator have it. */
export function wrongs({ kubernetes, elasticsearch, at }: World): readonly string[] {
  const { object, secret } = kubernetes;
  if (object === undefined || secret === undefined) return ['there is no Secret'];
  const desired = desire(object);
  const journal = readJournal(secret.metadata.annotations);
  if (!desired.ok || journal === undefined) return ['there is no journal'];
  const { value } = desired;
  const current = elasticsearch.living().find((key) => key.record.id === secret.data['id']);
  const { expiration } = current?.record ?? {};
  const named = new Set([journal.keyID, ...journal.superseded.map(({ id }) => id)]);
  const within = elasticsearch.livingWithinReach(object.metadata.uid);
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
    ['every living key is named', within.every(({ id }) => named.has(id))],
  ];
  return facts.filter(([, holds]) => !holds).map(([fact]) => `not so: ${fact}`);
}
