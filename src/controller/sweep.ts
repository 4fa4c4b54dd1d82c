import type { ElasticsearchConnection } from '../api/types.ts';
import { Failure } from '../core/failure.ts';
import type { KeyRecord } from '../core/key-record.ts';
import { answerable, firstSeen, orphansAmong } from '../core/orphans.ts';
import { mayInvalidate } from '../core/ownership.ts';
import type { ConnectionState } from './connection-state.ts';
import { isServed, type PassContext } from './pass-context.ts';

/**
 * Looks for keys of this installation that neither an object nor a Secret answers for: they are told first, and
 * invalidated when they have been seen for the grace. Failures are logged; the next inventory brings the sweep back.
 */
export async function sweep(
  connection: ElasticsearchConnection,
  state: ConnectionState,
  context: PassContext,
  signal: AbortSignal,
): Promise<void> {
  const { cluster, logger, meter, settings } = context;
  const { inventory } = state;
  if (inventory === undefined || state.sweptAt === inventory.begunAt) return;
  state.sweptAt = inventory.begunAt;
  const orphans = findOrphans(state, context);
  const found = orphans.filter(({ id }) => !state.orphans.has(id));
  state.orphans = firstSeen(state.orphans, orphans, cluster.now());
  meter.orphans(state.key, orphans.length);
  tell(connection, 'OrphanFound', found, context);
  if (settings.orphans === 'report-only') return;
  const old = orphans.filter(({ id }) => (state.orphans.get(id) ?? Infinity) + settings.orphanGraceMs <= cluster.now());
  try {
    const gone = await invalidateOrphans(old, state, context, signal);
    tell(connection, 'OrphanInvalidated', gone, context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    logger.warn({ error }, 'keys that belong to no object could not be invalidated');
  }
}

function findOrphans({ inventory }: ConnectionState, { cluster, operator }: PassContext): readonly KeyRecord[] {
  const uids = [...cluster.beatApiKeys.cache.values()].map(({ metadata }) => metadata.uid);
  const keys = [...(inventory?.byUID.values() ?? [])].flat();
  return orphansAmong(keys, answerable(uids, cluster.secrets.cache.values()), operator().attemptLimitMs, cluster.now());
}

/** Answers those that Elasticsearch says it invalidated now. */
async function invalidateOrphans(
  orphans: readonly KeyRecord[],
  { store, view }: ConnectionState,
  context: PassContext,
  signal: AbortSignal,
): Promise<readonly KeyRecord[]> {
  if (store === undefined || view.state !== 'ready') return [];
  const due: KeyRecord[] = [];
  for (const ofOne of Map.groupBy(orphans, ({ mark }) => mark.uid).values()) {
    const within = ofOne.filter((key) => mayInvalidate(key, view.contact));
    const [first] = within;
    if (first !== undefined && (await isUnowned(first, context))) due.push(...within);
  }
  if (due.length === 0) return [];
  context.mayAct();
  const listed = new Set(
    await store.invalidate(
      due.map(({ id }) => id),
      signal,
    ),
  );
  context.meter.keysInvalidated('orphaned', listed.size);
  return due.filter(({ id }) => listed.has(id));
}

/**
 * The API server's word that the object is gone, or that another one has its name. A namespace that is not served may
 * hold objects and Secrets that this process does not see: its keys are left alone.
 */
async function isUnowned({ mark }: KeyRecord, { cluster, settings }: PassContext): Promise<boolean> {
  if (!isServed(settings, mark.namespace)) return false;
  try {
    const object = await cluster.beatApiKeys.read(mark.namespace, mark.name);
    return object?.metadata.uid !== mark.uid;
  } catch (error) {
    // As in a namespace that took its Role along: what may not be seen may be there, and holds no other key up.
    if (error instanceof Failure && error.kind === 'denied') return false;
    throw error;
  }
}

/** So many ids are spelt out. */
const SPELT_OUT = 10;
/** What is said of one key, and of several. */
const PREDICATES = {
  OrphanFound: ['belongs to no object', 'belong to no object'],
  OrphanInvalidated: ['belonged to no object and was invalidated', 'belonged to no object and were invalidated'],
} as const;

function tell(
  connection: ElasticsearchConnection,
  reason: keyof typeof PREDICATES,
  keys: readonly KeyRecord[],
  { cluster, logger }: PassContext,
): void {
  if (keys.length === 0) return;
  const spelt = keys.slice(0, SPELT_OUT).map(({ id, mark }) => `${id} (${mark.namespace}/${mark.name})`);
  const more = keys.length > SPELT_OUT ? ` and ${keys.length - SPELT_OUT} more` : '';
  const [one, several] = PREDICATES[reason];
  const subject = keys.length === 1 ? 'a key' : `${keys.length} keys`;
  const note = `${subject} of this installation ${keys.length === 1 ? one : several}: ${spelt.join(', ')}${more}`;
  const type = reason === 'OrphanFound' ? 'Warning' : 'Normal';
  cluster.events.record(connection, { type, reason, action: 'Sweep', note });
  logger.warn({ keyIDs: keys.map(({ id }) => id) }, note);
}
