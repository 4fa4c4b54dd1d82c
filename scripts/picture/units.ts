const SPANS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
  [0.001, 'ms'],
] as const;

/** A value in one of Grafana's units, short. */
export function spelt(value: number, unit: string): string {
  switch (unit) {
    case 's': {
      const [size, name] = SPANS.find(([span]) => Math.abs(value) >= span) ?? [1, 's'];
      return `${short(value / size)} ${name}`;
    }
    case 'bytes':
      return `${short(value / 2 ** 20)} MiB`;
    case 'reqps':
    case 'cps':
      return `${short(value)}/s`;
    default:
      return short(value);
  }
}

/** Three digits. */
const short = (value: number): string => String(Number(value.toPrecision(3)));
