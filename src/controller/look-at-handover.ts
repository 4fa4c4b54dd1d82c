import { Failure } from '../core/failure.ts';
import { readJournal } from '../core/journal.ts';
import type { HandedOver, Observed } from '../core/observed.ts';
import { known, type Reading } from '../core/reading.ts';
import { notConnected } from './equipment.ts';
import { recordOf } from './key-mark.ts';
import type { Cluster, KeyStore } from './ports.ts';

/** What a Secret that is handed over is, and whether Elasticsearch knows the key that its journal names. */
export async function lookAtHandover(
  { secret, connection }: Observed,
  cluster: Cluster,
  store: KeyStore | undefined,
  signal: AbortSignal,
): Promise<Reading<HandedOver>> {
  const metadata = secret.known && secret.value.state === 'foreign' ? secret.value.metadata : undefined;
  const found = metadata && (await cluster.secrets.readData(metadata.namespace, metadata.name));
  if (found === undefined || found.metadata.resourceVersion !== metadata?.resourceVersion) {
    throw new Failure({ kind: 'conflict', system: 'Kubernetes', operation: 'read Secret', code: 'Changed' });
  }
  if (store === undefined || connection.state !== 'ready') throw notConnected('get API key');
  const { type, immutable } = found;
  const journal = readJournal(metadata.annotations);
  if (journal?.clusterUUID !== connection.contact.clusterUUID) return known({ type, immutable });
  const record = await recordOf(journal.keyID, store, signal);
  return known(record === undefined || record === 'unmarked' ? { type, immutable } : { type, immutable, record });
}
