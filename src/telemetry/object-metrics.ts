/** What one object's status says, as far as alerts need it. Times are epoch milliseconds. */
export interface ObjectReport {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
  readonly expiration?: number;
  readonly renewal?: number;
  /** When each superseded key that still lives was superseded. */
  readonly retiringSince?: readonly number[];
}

interface Family {
  readonly name: string;
  readonly help: string;
  /** The samples of one object, a line each. */
  readonly samples: (object: ObjectReport) => string;
}

const CONDITION = 'beatkeys_condition';

const FAMILIES: readonly Family[] = [
  {
    name: CONDITION,
    help: 'Conditions of an object; 1 for the status that each has.',
    samples: ({ kind, namespace, name, conditions }) =>
      conditions
        .map(({ type, status }) => sampleOfCondition({ kind, namespace, name, condition: type, status }))
        .join(''),
  },
  family('beatkeys_key_expiration_timestamp_seconds', 'When the current key of an object expires.', (object) =>
    seconds(object.expiration),
  ),
  family(
    'beatkeys_key_renewal_timestamp_seconds',
    'When the current key of an object is due to be replaced.',
    (object) => seconds(object.renewal),
  ),
  family(
    'beatkeys_retiring_keys',
    'Superseded keys of an object that still live.',
    ({ retiringSince }) => retiringSince?.length,
  ),
  family(
    'beatkeys_retiring_since_timestamp_seconds',
    'When the longest waiting of the superseded keys of an object was superseded.',
    ({ retiringSince = [] }) => (retiringSince.length === 0 ? undefined : seconds(Math.min(...retiringSince))),
  ),
];

/**
 * Gauges of single objects in Prometheus' text format. Written straight from the objects: as gauges of the client they
 * would be kept from one scrape to the next, which for thousands of objects is more than the objects themselves take.
 */
export function objectMetrics(objects: Iterable<ObjectReport>): string {
  const texts = FAMILIES.map(({ name, help }) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`);
  for (const object of objects) {
    for (const [index, { samples }] of FAMILIES.entries()) texts[index] += samples(object);
  }
  return texts.join('\n');
}

/** `valueOf`: the value of one object; `undefined`: it has no such sample. */
function family(name: string, help: string, valueOf: (object: ObjectReport) => number | undefined): Family {
  return {
    name,
    help,
    samples: (object) => {
      const value = valueOf(object);
      if (value === undefined) return '';
      return `${name}{namespace="${escaped(object.namespace)}",name="${escaped(object.name)}"} ${value}\n`;
    },
  };
}

function sampleOfCondition(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return `${CONDITION}{${pairs.join(',')}} 1\n`;
}

const seconds = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : milliseconds / 1000;

/** https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information */
const escaped = (value: string): string =>
  /["\\\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
