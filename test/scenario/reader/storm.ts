import { untilWhole } from '../trouble/whole.ts';
import { openCast, secretOf, type Part } from './cast.ts';
import { allFaults } from './faults.ts';
import { pause } from './pause.ts';
import type { Stage } from './stage.ts';
import { superviseOperator } from './supervisor.ts';
import { Tally } from './tally.ts';
import type { Turns } from './turns.ts';

/** How long it shall last, milliseconds, and what it must have seen; it goes on for a while where that is missing. */
export interface Plan {
  readonly lastsMs: number;
  readonly patienceMs: number;
  readonly enough: (outcome: Outcome) => boolean;
}

/** What happened, told while it does. */
export interface Outcome {
  readonly tally: Tally;
  readonly parts: readonly Part[];
  /** By name of the fault: how often it hit anything. */
  readonly faults: Readonly<Record<string, number>>;
  /** How long clients wrote, milliseconds. */
  milliseconds: number;
  /** Why the objects did not all become as they should be in the end. */
  unrest?: unknown;
}

/** Milliseconds between two faults, at least, and how long the next one waits for keys to rotate again. */
const QUIET_MS = 1000;
const RECOVERY_MS = 60_000;

/**
 * Clients write all the time; for as long as planned, keys rotate and faults happen; then, until every object is as it
 * should be, nothing does. In the end the workloads are gone, and nobody writes any more.
 */
export async function storm(stage: Stage, plan: Plan): Promise<Outcome> {
  await using stack = new AsyncDisposableStack();
  const tally = new Tally();
  const parts = await openCast(stage, tally, stack);
  const faults: Record<string, number> = {};
  const outcome: Outcome = { tally, parts, faults, milliseconds: 0 };
  const began = performance.now();
  await during([...parts.map(({ write }) => write), superviseOperator(stage.world, tally)], async () => {
    const trouble = [...parts.flatMap(({ turns }) => turns ?? []), strikes(stage, outcome, faults)];
    await during(trouble, () => untilOver(plan, outcome));
    await calm(parts).catch((error: unknown) => (outcome.unrest = error));
  });
  outcome.milliseconds = performance.now() - began;
  return outcome;
}

/** One fault after the other, and counts those that hit something. */
const strikes =
  ({ world, fronts }: Stage, outcome: Outcome, counts: Record<string, number>): Turns =>
  async (signal) => {
    const all = allFaults(world, fronts);
    for (const { name } of all) counts[name] = 0;
    for (let turn = 0; !signal.aborted; turn++) {
      await untilRotated(outcome, signal);
      const fault = all[turn % all.length];
      if (fault === undefined || signal.aborted) continue;
      if ((await fault.strike(signal)) > 0) counts[fault.name] = (counts[fault.name] ?? 0) + 1;
      for (const front of [fronts.kubernetes, ...fronts.elasticsearch]) front.forget();
    }
  };

async function calm(parts: readonly Part[]): Promise<void> {
  await Promise.all(parts.map(({ settle }) => settle()));
  await Promise.all(parts.map(({ name, place }) => untilWhole(place.site, name)));
}

/** Waits until a key was replaced at every place: a fault that hits before shows nothing new. */
async function untilRotated({ tally, parts }: Outcome, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(RECOVERY_MS)]);
  const places = Map.groupBy(parts, ({ place }) => place);
  const counts = () =>
    [...places.values()].map((at) => at.reduce((sum, part) => sum + tally.rotations(secretOf(part)), 0));
  const before = counts();
  await pause(QUIET_MS, patience);
  while (!patience.aborted && counts().some((count, index) => count <= (before[index] ?? 0))) {
    await pause(100, patience);
  }
}

/** Does something while other things go on, which are told to stop after it; rejects as soon as one of all fails. */
async function during(others: readonly Turns[], act: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const going = Promise.all(others.map((turns) => turns(stop.signal)));
  try {
    // The others end only when they fail.
    await Promise.race([going, act()]);
  } finally {
    stop.abort();
  }
  await going;
}

async function untilOver({ lastsMs, patienceMs, enough }: Plan, outcome: Outcome): Promise<void> {
  const patience = AbortSignal.timeout(lastsMs + patienceMs);
  await pause(lastsMs, patience);
  while (!enough(outcome) && !patience.aborted) await pause(500, patience);
}
