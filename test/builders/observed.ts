import { ours } from '../../src/core/fold.ts';
import type { Journal } from '../../src/core/journal.ts';
import type { KeyRecord } from '../../src/core/key-record.ts';
import type { Observed, OperatorView } from '../../src/core/observed.ts';
import { known } from '../../src/core/reading.ts';
import type { SecretMetadata } from '../../src/core/secret.ts';
import { aBeatApiKey, INSTALLATION } from './beat-api-key.ts';
import { aConnectionView } from './connection-view.ts';
import { aSatisfiedJournal, desiredOf } from './journal.ts';
import { aKeyRecord } from './key-record.ts';
import { aForeignSecret, aSecret } from './secret.ts';

/** The instant that most tests speak of: two hours after the builders' key was made. */
export const NOW = Date.UTC(2026, 0, 1, 2);

export interface ObservedOptions extends Partial<Omit<Observed, 'operator' | 'secret' | 'inventory'>> {
  readonly operator?: Partial<OperatorView>;
  /** Metadata of the object's own Secret; `absent` and `foreign` as they are. Left out: as the operator wrote it. */
  readonly secret?: Observed['secret'] | SecretMetadata | 'absent' | 'foreign';
  /** Changes to the journal of a Secret that is left out. */
  readonly journal?: Partial<Journal>;
  /** Keys in an inventory of this minute; `none`: there was no inventory yet. Left out: the journal's key, as desired. */
  readonly inventory?: readonly KeyRecord[] | 'none' | Observed['inventory'];
}

/** An object that has all it wants, seen by an operator that has led for an hour. */
export function anObserved(options: ObservedOptions = {}): Observed {
  const {
    operator,
    secret: _secret,
    journal: _journal,
    inventory: _inventory,
    object = aBeatApiKey(),
    ...rest
  } = options;
  return {
    operator: {
      installation: INSTALLATION,
      visibilityDelayMs: 2_000,
      attemptLimitMs: 30_000,
      leadingSince: NOW - 3_600_000,
      ...operator,
    },
    object,
    namespaceLabels: {},
    connection: aConnectionView(),
    secret: secretReading(options),
    consumers: [],
    inventory: inventoryView(options),
    close: {},
    claimedNow: false,
    gone: [],
    ...rest,
  };
}

function secretReading({ secret, journal = {}, object = aBeatApiKey() }: ObservedOptions): Observed['secret'] {
  if (secret === 'absent') return known({ state: secret });
  if (secret === 'foreign') return known({ state: secret, metadata: aForeignSecret() });
  if (secret === undefined) return known(ours(aSecret({ object, journal: aSatisfiedJournal(object, journal) })));
  return 'known' in secret ? secret : known(ours(secret));
}

function inventoryView({ inventory, journal, object = aBeatApiKey() }: ObservedOptions): Observed['inventory'] {
  if (inventory === 'none') return undefined;
  const begunAt = NOW - 60_000;
  if (inventory === undefined) {
    const { keyID, created, expires } = aSatisfiedJournal(object, journal);
    const { contentDigest } = desiredOf(object);
    const key = {
      id: keyID,
      creation: created,
      contentDigest,
      ...(expires === undefined ? {} : { expiration: expires }),
    };
    return { begunAt, keys: [aKeyRecord(key)] };
  }
  return 'begunAt' in inventory ? inventory : { begunAt, keys: inventory };
}
