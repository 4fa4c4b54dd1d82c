/** What a figure is held to. */
export interface Target {
  readonly is: '>=' | '<=' | '<';
  readonly value: number;
}

interface FigureKind {
  readonly unit: string;
  readonly target?: Target;
}

const figure = (unit: string, is?: Target['is'], value?: number): FigureKind =>
  is === undefined || value === undefined ? { unit } : { unit, target: { is, value } };

/** Every figure: its name, its unit and, where there is one, its target. README.md says how each is measured. */
export const FIGURES = {
  'create.rateVsBare': figure('of the bare loop', '>=', 0.8),
  'create.objectsPerSecond': figure('1/s'),
  'create.objectsPerSecond.bare': figure('1/s'),
  'create.p50Milliseconds': figure('ms'),
  'create.p50Milliseconds.bare': figure('ms'),
  'create.p99Milliseconds': figure('ms'),
  'create.p99Milliseconds.bare': figure('ms'),
  'create.kubernetesWrites': figure('per object', '<=', 3),
  'create.kubernetesWrites.connection': figure('in all'),
  'create.kubernetesReads': figure('per object'),
  'create.events': figure('per object'),
  'create.elasticsearchRequests': figure('per object', '<=', 2),
  'create.elasticsearchRequests.connection': figure('in all'),
  'idle.kubernetesWritesPerHour': figure('per hour', '<=', 0),
  'idle.elasticsearchRequestsPerHour': figure('per hour', '<', 100),
  'memory.rssMiB': figure('MiB', '<', 150),
  'memory.rssMiB.highest': figure('MiB'),
  'memory.rssMiB.restarted': figure('MiB'),
  'memory.rssMiB.none': figure('MiB'),
  'single.p50VsBare': figure('of the bare loop', '<=', 1.3),
  'single.p99VsBare': figure('of the bare loop'),
  'single.p50Milliseconds': figure('ms'),
  'single.p50Milliseconds.bare': figure('ms'),
  'single.p99Milliseconds': figure('ms'),
  'single.p99Milliseconds.bare': figure('ms'),
  'startup.secondsToReady': figure('s'),
  'startup.secondsToReady.none': figure('s'),
  'startup.secondsToIdle': figure('s'),
  'rotate.rateVsBare': figure('of the bare loop', '>=', 0.8),
  'rotate.objectsPerSecond': figure('1/s'),
  'rotate.objectsPerSecond.bare': figure('1/s'),
  'rotate.switch.objectsPerSecond': figure('1/s'),
  'rotate.switch.objectsPerSecond.bare': figure('1/s'),
  'rotate.retire.objectsPerSecond': figure('1/s'),
  'rotate.retire.objectsPerSecond.bare': figure('1/s'),
  'rotate.unready': figure('objects', '<=', 0),
  'rotate.kubernetesWrites': figure('per object'),
  'rotate.kubernetesDryRuns': figure('per object'),
  'rotate.kubernetesReads': figure('per object'),
  'rotate.elasticsearchRequests': figure('per object'),
  'delete.seconds': figure('s'),
  'delete.elasticsearchRequests': figure('per object'),
  'delete.elasticsearchRequests.connection': figure('in all'),
  'delete.kubernetesWrites': figure('per object'),
  'steady.elasticsearchRequestsPerInterval': figure('per interval', '<=', 10),
  'steady.kubernetesWrites': figure('in all', '<=', 0),
  'restart.secondsVsBareLists': figure('of the bare lists', '<=', 1.5),
  'restart.seconds': figure('s'),
  'restart.seconds.bare': figure('s'),
  'restart.requestsPerObject': figure('per object', '<=', 0),
  'memory.rssMiB5000': figure('MiB', '<', 200),
  'memory.rssMiB5000.highest': figure('MiB'),
  'memory.rssMiB5000.restarted': figure('MiB'),
  'policy.milliseconds100Descriptors': figure('ms'),
  'policy.milliseconds100Descriptors.again': figure('ms'),
} as const satisfies Record<string, FigureKind>;

export type FigureName = keyof typeof FIGURES;

/** What one measurement gave. */
export type Sample = Partial<Record<FigureName, number>>;

/** A figure over all rounds. */
export interface Figure extends FigureKind {
  /** The median. */
  readonly value: number;
  /** Left out where there is no target. */
  readonly pass?: boolean;
  readonly rounds: readonly number[];
}

/** Medians, in the order of {@link FIGURES}; those that nothing was measured for are left out. */
export function summarize(samples: readonly Sample[]): Partial<Record<FigureName, Figure>> {
  const names = Object.keys(FIGURES) as FigureName[];
  const entries = names.flatMap((name) => {
    const rounds = samples.flatMap((sample) => sample[name] ?? []);
    if (rounds.length === 0) return [];
    const kind: FigureKind = FIGURES[name];
    const value = quantile(rounds, 0.5);
    const verdict = kind.target === undefined ? {} : { pass: meets(value, kind.target) };
    return [[name, { ...kind, value: round(value), ...verdict, rounds: rounds.map(round) }] as const];
  });
  return Object.fromEntries(entries);
}

/** The figures of the parts that were asked for; others may have come about on the way. */
export function ofParts(parts: ReadonlySet<string>, sample: Sample): Sample {
  return Object.fromEntries(Object.entries(sample).filter(([name]) => parts.has(partOf(name))));
}

/** The part of a run that a figure belongs to. */
const partOf = (name: string): string =>
  name.startsWith('memory.rssMiB5000') ? 'memory5000' : (name.split('.')[0] ?? name);

/** The value below which this share of the values is; between two of them where it falls there. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const [low = NaN, high = NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

function meets(value: number, target: Target): boolean {
  if (target.is === '>=') return value >= target.value;
  return target.is === '<=' ? value <= target.value : value < target.value;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
