import type { Kind } from '../stored-kinds.ts';
import type { Stand } from './stand.ts';
import { Trial, type Case, type Result } from './trial.ts';

/** How a batch went. */
export interface Outcome {
  /** In the order of the cases. */
  readonly results: readonly Result[];
  /** Ids of keys that are left because nobody may touch them. */
  readonly bystanders: readonly string[];
}

/** Tries these cases at once, each with an object of its own, and takes away what they brought. */
export async function tryCases(stand: Stand, cases: readonly Case[]): Promise<Outcome> {
  const { objects } = stand.site;
  const trials = await Promise.all(cases.map((each) => Trial.open(stand, each)));
  await objects.apply(...trials.flatMap(({ given }) => given));
  await Promise.all(trials.map((trial) => trial.untilGiven()));
  for (const trial of trials) trial.begin();
  const applied = trials.flatMap((trial) => trial.applied);
  const removed = trials.filter((trial) => trial.applied.length === 0).map(({ name }) => name);
  if (applied.length > 0) await objects.apply(...applied);
  await remove(stand, 'BeatApiKey', removed);
  const results = await Promise.all(trials.map((trial) => trial.finish()));
  const names = trials.map(({ name }) => name);
  for (const kind of ['BeatApiKey', 'ElasticsearchConnection', 'DaemonSet'] as const) await remove(stand, kind, names);
  const left = await Promise.allSettled(trials.map((trial) => trial.untilGone()));
  return {
    results: results.map((result, index) => withRemains(result, left[index])),
    bystanders: trials.flatMap(({ bystanders }) => bystanders),
  };
}

async function remove({ site }: Stand, kind: Kind, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => site.objects.removeIfThere(kind, name)));
}

/** A key that outlives its object is an orphan, whatever the story was. */
function withRemains(result: Result, left: PromiseSettledResult<readonly string[]> | undefined): Result {
  const { problems } = result;
  if (left?.status !== 'fulfilled') return { ...result, problems: [...problems, String(left?.reason)] };
  const outlived = left.value.map((id) => `key ${id} outlived the object`);
  const orphans = Math.max(result.orphans, outlived.length);
  return { ...result, problems: [...problems, ...outlived], orphans };
}
