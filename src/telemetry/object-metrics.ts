import type { MetricDescription } from './metric-description.ts';

/** What one object's status says, as far as alerts need it. Times are epoch milliseconds. */
export interface ObjectReport {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  readonly expiration?: number;
  readonly renewal?: number;
  /** Each superseded key that still lives: when it was superseded, and when its overlap is over. */
  readonly retiring?: readonly { readonly since: number; readonly due?: number }[];
  /** Behind a connection: keys that live, and those of them that are superseded. */
  readonly keys?: { readonly live: number; readonly retiring: number };
}

interface Family extends MetricDescription {
  /** The samples of one object, a line each; `place` are its labels `namespace` and `name`, written once for all families. */
  readonly samples: (object: ObjectReport, place: string) => string;
}

const PLACE = ['namespace', 'name'] as const;

const FAMILIES: readonly Family[] = [
  {
    name: 'beatkeys_condition',
    help: 'Conditions of an object; 1 for the status that each has.',
    type: 'gauge',
    labels: ['kind', ...PLACE, 'condition', 'status'],
    samples: ({ kind, conditions }, place) => {
      const before = `beatkeys_condition{kind="${escaped(kind)}",${place},`;
      const lines = conditions.map(({ type, status }) => {
        return `${before}condition="${escaped(type)}",status="${escaped(status)}"} 1\n`;
      });
      return lines.join('');
    },
  },
  ofKey('beatkeys_key_expiration_timestamp_seconds', 'When the current key of an object expires.', (object) =>
    seconds(object.expiration),
  ),
  ofKey(
    'beatkeys_key_renewal_timestamp_seconds',
    'When the current key of an object is due to be replaced.',
    (object) => seconds(object.renewal),
  ),
  ofKey('beatkeys_retiring_keys', 'Superseded keys of an object that still live.', ({ retiring }) => retiring?.length),
  ofKey(
    'beatkeys_retiring_since_timestamp_seconds',
    'When the longest waiting of the superseded keys of an object was superseded.',
    ({ retiring }) => earliest(retiring?.map(({ since }) => since)),
  ),
  ofKey(
    'beatkeys_retirement_due_timestamp_seconds',
    'When the first of the superseded keys of an object may be invalidated, unless a consumer holds it up.',
    ({ retiring }) => earliest(retiring?.flatMap(({ due }) => due ?? [])),
  ),
  {
    name: 'beatkeys_connection_keys',
    help: 'Keys of this installation behind a connection: those that live, and the superseded among them.',
    type: 'gauge',
    labels: [...PLACE, 'state'],
    samples: ({ keys }, place) => {
      if (keys === undefined) return '';
      const line = (state: keyof typeof keys): string =>
        `beatkeys_connection_keys{${place},state="${state}"} ${keys[state]}\n`;
      return line('live') + line('retiring');
    },
  },
];

/** How many objects there are of each kind and state. Reasons are a closed list, so that this stays small. */
const OBJECTS = {
  name: 'beatkeys_objects',
  help: 'Objects by the status and reason of their condition Ready; Unknown: none was written yet.',
  type: 'gauge',
  labels: ['kind', 'ready', 'reason'],
} as const satisfies MetricDescription;

/** What `objectMetrics` writes. */
export const OBJECT_METRICS: readonly MetricDescription[] = [...FAMILIES, OBJECTS];

/**
 * Gauges of single objects in Prometheus' text format. Written straight from the objects: as gauges of the client they
 * would be kept from one scrape to the next, which for thousands of objects is more than the objects themselves take.
 */
export function objectMetrics(objects: Iterable<ObjectReport>): string {
  const texts = OBJECT_METRICS.map(({ name, help }) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`);
  const counts = new Map<string, number>();
  for (const object of objects) {
    const place = `namespace="${escaped(object.namespace)}",name="${escaped(object.name)}"`;
    for (const [index, { samples }] of FAMILIES.entries()) texts[index] += samples(object, place);
    const { status = 'Unknown', reason = '' } = object.conditions.find(({ type }) => type === 'Ready') ?? {};
    const labels = `kind="${escaped(object.kind)}",ready="${escaped(status)}",reason="${escaped(reason)}"`;
    counts.set(labels, (counts.get(labels) ?? 0) + 1);
  }
  for (const [labels, count] of counts) texts[FAMILIES.length] += `${OBJECTS.name}{${labels}} ${count}\n`;
  return texts.join('\n');
}

/** `valueOf`: the value of one object; `undefined`: it has no such sample. */
function ofKey(name: string, help: string, valueOf: (object: ObjectReport) => number | undefined): Family {
  const samples: Family['samples'] = (object, place) => {
    const value = valueOf(object);
    return value === undefined ? '' : `${name}{${place}} ${value}\n`;
  };
  return { name, help, type: 'gauge', labels: PLACE, samples };
}

const seconds = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : milliseconds / 1000;

const earliest = (instants: readonly number[] = []): number | undefined =>
  instants.length === 0 ? undefined : seconds(Math.min(...instants));

/** https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information */
const escaped = (value: string): string =>
  /["\\\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
