import type { BeatApiKey, Condition } from '../api/types.ts';
import { nameOf } from './objects.ts';
import type { StatusReport } from './status-report.ts';
import { table } from './table.ts';
import { visible } from './visible.ts';

/** A report for a person: a word in front of every line. */
export function statusText(report: StatusReport): string {
  const lines: readonly (readonly [label: string, lines: readonly string[]])[] = [
    ['BeatApiKey', [report.beatApiKey]],
    ['State', [report.state]],
    ['Connection', [report.connection]],
    ['Secret', [report.secret]],
    ['Key', [report.key]],
    ['Asked for', report.requests],
    ['Retiring', report.retiring],
    ['Other keys', report.otherKeys],
    ['Consumers', report.consumers],
    ['Events', report.events.map(eventText)],
  ];
  const width = Math.max(...lines.map(([label]) => label.length)) + 3;
  return lines
    .flatMap(([label, each]) =>
      each.map((line, index) => `${(index === 0 ? label : '').padEnd(width)}${visible(line)}\n`),
    )
    .join('');
}

const eventText = ({ time, type, reason, note, count }: StatusReport['events'][number]): string =>
  [...[time, type, reason].filter((text) => text !== ''), `${note}${count > 1 ? ` (${count} times)` : ''}`].join(' ');

const HEAD = ['BEATAPIKEY', 'READY', 'REASON', 'SECRET', 'KEY', 'EXPIRES', 'RENEWS', 'RETIRING'];

/** Objects in a table, from their statuses alone. */
export function statusTable(objects: readonly BeatApiKey[]): string {
  return table(HEAD, objects.map(row));
}

function row(object: BeatApiKey): readonly string[] {
  const { conditions, secretName, keyID, expirationTime, renewalTime, retiring = [] } = object.status ?? {};
  const ready = conditions?.find(({ type }: Condition) => type === 'Ready');
  const key = keyID ?? '';
  return [
    ...[nameOf(object), ready?.status ?? 'Unknown', ready?.reason ?? '', secretName ?? '', key],
    ...[expirationTime ?? (keyID === undefined ? '' : 'never'), renewalTime ?? '', String(retiring.length)],
  ];
}
