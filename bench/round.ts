import path from 'node:path';
import { measureBare, type BareRound } from './bare.ts';
import { quantile, type Sample } from './figures.ts';
import { isReady } from './kubernetes.ts';
import { OperatorProcess, type OperatorOptions } from './operator-process.ts';
import { demand } from './proof.ts';
import {
  IDLE,
  measureCreation,
  measureDeletion,
  measureIdle,
  measureSingle,
  settledMemory,
  untilQuiet,
  warmUp,
  type Measured,
} from './phases.ts';
import { CONNECTION, PATHS } from './workload.ts';
import type { World } from './world.ts';

/** What can be measured; creation is done whatever is asked for. */
export const PARTS = ['create', 'single', 'memory', 'startup', 'idle', 'delete'] as const;
export type Part = (typeof PARTS)[number];

export interface RoundOptions {
  readonly round: number;
  readonly objects: number;
  readonly parts: ReadonlySet<Part>;
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
 * bare loop alone would be held against servers that are colder, or warmer, than the operator's.
 */
export async function measureRound(world: World, options: RoundOptions): Promise<RoundResult> {
  const { round, objects, parts } = options;
  const singles = parts.has('single') ? Math.min(MOST_SINGLES, objects) : 0;
  const sizes = { objects, singles, warmUp: Math.min(MOST_WARM_UP, objects) };
  const bare: BareRound[] = [];
  const measureLimit = async (when: 'before' | 'after'): Promise<void> => {
    if (parts.has('create') || parts.has('single'))
      bare.push(await measureBare(world, { ...sizes, name: `${round}-${when}` }));
  };
  await measureLimit('before');
  const operator = await measureOperator(world, options, sizes);
  await measureLimit('after');
  const sample = { ...operator.sample, ...bareSample(bare) };
  return { ...operator, sample: only(parts, { ...sample, ...comparison(sample) }) };
}

async function measureOperator(
  world: World,
  { objects, parts, bundle, flags, profiles }: RoundOptions,
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
    sample['startup.secondsToFirstPass'] = await operator.untilPassed(objects);
    if (parts.has('idle')) take('idle', await measureIdle(world, objects));
    if (parts.has('memory')) sample['memory.rssMiB.restarted'] = operator.memory().now;
  });
  await withOperator({ ...options, profiles: undefined }, async (operator) => {
    await operator.untilPassed(objects);
    await untilQuiet(world);
    take('delete', await measureDeletion(world, objects));
  });
  return { sample, requests };
}

/** Does work that needs an operator; throws when the operator ends before, or does not end well after. */
async function withOperator(options: OperatorOptions, work: (operator: OperatorProcess) => Promise<void>) {
  const operator = await OperatorProcess.start(options);
  try {
    await Promise.race([work(operator), operator.endedEarly]);
  } catch (error) {
    await operator.stop().catch(() => undefined);
    throw new Error(`${(error as Error).message}\nThe operator: ${operator.tail()}`, { cause: error });
  }
  await operator.stop();
}

/** Throws when the operator cannot reach Elasticsearch, in whose stead nothing could be measured. */
async function connectionReady(world: World): Promise<void> {
  await untilQuiet(world);
  const connections = await world.admin.list(PATHS.connections);
  demand(`Ready ElasticsearchConnections named ${CONNECTION}`, connections.filter(isReady).length, 1);
}

function bareSample(measured: readonly BareRound[]): Sample {
  if (measured.length === 0) return {};
  const many = measured.map((each) => each.many);
  const total = many.reduce((sum, each) => sum + each.total, 0);
  const untilDone = many.flatMap((each) => each.untilDone);
  const untilSecret = measured.flatMap(({ single }) => single?.untilSecret ?? []);
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
  };
}

/** The figures that stand for operator and bare loop of the same round. */
function comparison(sample: Sample): Sample {
  const ratio = (of: keyof Sample, by: keyof Sample): number => (sample[of] ?? NaN) / (sample[by] ?? NaN);
  const ratios: Sample = {
    'create.rateVsBare': ratio('create.objectsPerSecond', 'create.objectsPerSecond.bare'),
    'single.p50VsBare': ratio('single.p50Milliseconds', 'single.p50Milliseconds.bare'),
    'single.p99VsBare': ratio('single.p99Milliseconds', 'single.p99Milliseconds.bare'),
  };
  return Object.fromEntries(Object.entries(ratios).filter(([, value]) => !Number.isNaN(value)));
}

/** The figures of the parts that were asked for; others may have come about on the way. */
function only(parts: ReadonlySet<Part>, sample: Sample): Sample {
  return Object.fromEntries(Object.entries(sample).filter(([name]) => parts.has(name.split('.')[0] as Part)));
}
