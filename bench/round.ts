import path from 'node:path';
import { measureBare, type BareRound } from './bare.ts';
import type { RotationResult } from './bare-loop.ts';
import { ofParts, quantile, type Sample } from './figures.ts';
import { IDLE, measureIdle } from './idle.ts';
import { namesOf } from './load.ts';
import { withOperator, type OperatorOptions } from './operator-process.ts';
import {
  connectionReady,
  measureCreation,
  measureDeletion,
  measureSingle,
  settledMemory,
  untilQuiet,
  warmUp,
  type Measured,
} from './phases.ts';
import { measureRotation } from './rotation.ts';
import type { World } from './world.ts';

/** What is measured in each round; creation is done whatever is asked for. */
export const PARTS = ['create', 'single', 'memory', 'startup', 'idle', 'rotate', 'delete'] as const;
export type Part = (typeof PARTS)[number];

export interface RoundOptions {
  readonly round: number;
  readonly objects: number;
  readonly parts: ReadonlySet<string>;
  readonly bundle: string;
  /** Options of Node for the operator. */
  readonly flags: readonly string[];
  readonly profiles: string | undefined;
}

/** One round's figures, and the requests behind them by part. */
export interface RoundResult {
  readonly sample: Sample;
  readonly requests: Readonly<Record<string, Measured['requests']>>;
}

const MOST_SINGLES = 200;
const MOST_WARM_UP = 100;

/**
 * The bare loop, the operator, the bare loop again, on the same servers: these get faster while they run, so that one
 * bare loop alone would be held against servers that are colder, or warmer, than the operator's. The loop after one
 * round is the one before the next.
 */
export async function measureRounds(
  world: World,
  rounds: number,
  options: Omit<RoundOptions, 'round'>,
): Promise<readonly RoundResult[]> {
  const { objects, parts } = options;
  const singles = parts.has('single') ? Math.min(MOST_SINGLES, objects) : 0;
  const sizes = { objects, singles, warmUp: Math.min(MOST_WARM_UP, objects) };
  const needsLimit = ['create', 'single', 'rotate'].some((part) => parts.has(part));
  const limit = async (name: string): Promise<readonly BareRound[]> =>
    needsLimit ? [await measureBare(world, { ...sizes, name, rotation: parts.has('rotate') })] : [];
  const results: RoundResult[] = [];
  let before = await limit('0');
  for (let round = 1; round <= rounds; round++) {
    world.progress(`round ${round} of ${rounds}`);
    const operator = await measureOperator(world, { ...options, round }, sizes);
    const after = await limit(String(round));
    const sample = { ...operator.sample, ...bareSample([...before, ...after]) };
    results.push({ ...operator, sample: ofParts(parts, { ...sample, ...comparison(sample) }) });
    before = after;
  }
  return results;
}

async function measureOperator(
  world: World,
  { round, objects, parts, bundle, flags, profiles }: RoundOptions,
  sizes: { readonly singles: number; readonly warmUp: number },
): Promise<RoundResult> {
  let sample: Sample = {};
  const requests: Record<string, Measured['requests']> = {};
  const take = (part: Part, measured: Measured): void => {
    sample = { ...sample, ...measured.sample };
    if (measured.requests !== undefined) requests[part] = measured.requests;
  };
  const options: OperatorOptions = {
    bundle,
    flags,
    // Its own in each round, so that the keys of the round before are not listed for another hour.
    installation: `bench-${round}`,
    kubeconfig: world.kubeconfig,
    log: path.join(world.folder, 'operator.log'),
    profiles,
  };

  await withOperator(options, async (operator) => {
    sample = { ...sample, 'startup.secondsToReady.none': await operator.untilReady() };
    await connectionReady(world);
    if (parts.has('memory')) sample['memory.rssMiB.none'] = (await settledMemory(world, operator)).now;
    await warmUp(world, sizes.warmUp);
    take('create', await measureCreation(world, objects));
    if (parts.has('memory')) {
      const { now, highest } = await settledMemory(world, operator);
      sample = { ...sample, 'memory.rssMiB': now, 'memory.rssMiB.highest': highest };
    }
    if (parts.has('single')) take('single', await measureSingle(world, sizes.singles, objects));
  });
  const interval = `${IDLE.intervalSeconds}s`;
  await withOperator({ ...options, driftInterval: interval, profiles: undefined }, async (operator) => {
    sample['startup.secondsToReady'] = await operator.untilReady();
    sample['startup.secondsToIdle'] = await operator.untilDone(objects);
    if (parts.has('idle')) take('idle', await measureIdle(world, objects));
    if (parts.has('memory')) sample['memory.rssMiB.restarted'] = operator.memory().now;
  });
  await withOperator({ ...options, profiles: undefined }, async (operator) => {
    await operator.untilDone(objects);
    await untilQuiet(world);
    if (parts.has('rotate')) {
      await warmUp(world, sizes.warmUp, objects);
      take('rotate', await measureRotation(world, operator, namesOf('many', objects)));
    }
    take('delete', await measureDeletion(world, objects));
  });
  return { sample, requests };
}

function bareSample(measured: readonly BareRound[]): Sample {
  if (measured.length === 0) return {};
  const many = measured.map((each) => each.many);
  const total = many.reduce((sum, each) => sum + each.total, 0);
  const untilDone = many.flatMap((each) => each.untilDone);
  const untilSecret = measured.flatMap(({ single }) => single?.untilSecret ?? []);
  const rotations = measured.flatMap(({ rotation }) => rotation ?? []);
  return {
    'create.objectsPerSecond.bare': (untilDone.length / total) * 1000,
    'create.p50Milliseconds.bare': quantile(untilDone, 0.5),
    'create.p99Milliseconds.bare': quantile(untilDone, 0.99),
    ...(untilSecret.length === 0
      ? {}
      : {
          'single.p50Milliseconds.bare': quantile(untilSecret, 0.5),
          'single.p99Milliseconds.bare': quantile(untilSecret, 0.99),
        }),
    ...(rotations.length === 0 ? {} : bareRotationSample(rotations)),
  };
}

function bareRotationSample(rotations: readonly RotationResult[]): Sample {
  const sum = (of: (rotation: RotationResult) => number): number => rotations.reduce((all, each) => all + of(each), 0);
  const [objects, switching, retiring] = [
    sum((each) => each.objects),
    sum((each) => each.switching),
    sum((each) => each.retiring),
  ];
  return {
    'rotate.objectsPerSecond.bare': (objects / (switching + retiring)) * 1000,
    'rotate.switch.objectsPerSecond.bare': (objects / switching) * 1000,
    'rotate.retire.objectsPerSecond.bare': (objects / retiring) * 1000,
  };
}

/** The figures that stand for operator and bare loop of the same round. */
function comparison(sample: Sample): Sample {
  const ratio = (of: keyof Sample, by: keyof Sample): number => (sample[of] ?? NaN) / (sample[by] ?? NaN);
  const ratios: Sample = {
    'create.rateVsBare': ratio('create.objectsPerSecond', 'create.objectsPerSecond.bare'),
    'single.p50VsBare': ratio('single.p50Milliseconds', 'single.p50Milliseconds.bare'),
    'single.p99VsBare': ratio('single.p99Milliseconds', 'single.p99Milliseconds.bare'),
    'rotate.rateVsBare': ratio('rotate.objectsPerSecond', 'rotate.objectsPerSecond.bare'),
  };
  return Object.fromEntries(Object.entries(ratios).filter(([, value]) => !Number.isNaN(value)));
}
