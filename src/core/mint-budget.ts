import type { IssueReason, KeyRecord } from './key-record.ts';
import type { Observed } from './observed.ts';

/** Keys that may be made without plan for one object within the span. */
export const MINT_BUDGET = 5;
/** Milliseconds; an inventory shows every key of the last hour, also those that are dead. */
const SPAN_MS = 60 * 60 * 1000;

/** Reasons that nobody asked for and no clock foresaw: each may come again as soon as it has been answered. */
const UNPLANNED: ReadonlySet<string> = new Set<IssueReason>(['KeyInvalid', 'SecretMissing', 'SecretAltered']);

/** Such keys of the last hour are counted before another one is made. */
export const isUnplanned = (reason: IssueReason): boolean => UNPLANNED.has(reason) || reason === 'FirstIssue';

/** How the budget was used up, and when there is room again (epoch milliseconds). */
export interface Overdraft {
  readonly until: number;
  /** `SecretAltered 4, KeyInvalid 1`. */
  readonly reasons: string;
}

/**
 * The budget of an object, counted among the keys that Elasticsearch lists, so that a process which crashes again and
 * again cannot forget it. Keys that were asked for by another generation of the spec, and the one first issue that every
 * object needs, do not count. `undefined` while another key may be made.
 */
export function overdraft({ object, inventory }: Observed, now: number): Overdraft | undefined {
  const generation = `${object.metadata.generation}`;
  const recent = (inventory?.keys ?? []).filter(
    ({ creation, mark }) => creation > now - SPAN_MS && mark.generation === generation,
  );
  const [, ...repeated] = recent.filter(({ mark }) => mark.reason === 'FirstIssue');
  const counted = [...recent.filter(({ mark }) => UNPLANNED.has(mark.reason)), ...repeated];
  if (counted.length < MINT_BUDGET) return undefined;
  const eldestFirst = counted.map(({ creation }) => creation).toSorted((one, other) => one - other);
  const until = (eldestFirst[counted.length - MINT_BUDGET] ?? now) + SPAN_MS;
  return { until, reasons: summary(counted) };
}

function summary(keys: readonly KeyRecord[]): string {
  const counts = Object.entries(Object.groupBy(keys, ({ mark }) => mark.reason));
  return counts.map(([reason, group = []]) => `${reason} ${group.length}`).join(', ');
}
