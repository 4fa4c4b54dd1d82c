import { ANNOTATIONS } from '../api/names.ts';
import { Failure } from '../core/failure.ts';
import type { SecretMetadata, SecretWrite } from '../core/secret.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Secrets } from './ports.ts';

/** Where a key shall be stored: a Secret that is not there yet, or one version of one that is. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly current?: SecretMetadata;
}

/** Thrown where it is certain that the key did not get into the Secret. */
export class NotStored extends Error {
  override readonly name = 'NotStored';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Pauses between repetitions of a write whose outcome is unknown, milliseconds. */
const PAUSES_MS = [200, 500, 1000, 2000, 4000] as const;

/**
 * Switches a Secret to a key: one write for values and journal, with preconditions. A write whose outcome is unknown is
 * repeated as it is; when the server then says no, or that the Secret is there already or has changed, the journal in
 * it tells whether that was us. Throws `NotStored` on a definite refusal, `Failure` where nobody can tell.
 */
export async function storeKey(
  place: Place,
  keyID: string,
  write: SecretWrite,
  secrets: Secrets,
  clock: Clock,
  signal: AbortSignal,
): Promise<SecretMetadata> {
  let mayBeStored = false;
  for (let attempt = 0; ; attempt++) {
    try {
      return await writeOnce(place, write, secrets);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      mayBeStored ||= error.outcomeUnknown || error.kind === 'exists' || error.kind === 'conflict';
      if (!isWorthRepeating(error)) {
        if (!mayBeStored) throw new NotStored(error);
        const found = await secrets.readMetadata(place.namespace, place.name);
        if (found?.annotations[ANNOTATIONS.keyID] === keyID) return found;
        throw new NotStored(error);
      }
      const pause = PAUSES_MS[attempt];
      if (pause === undefined || !(await slept(Math.max(pause, error.retryAfterMs ?? 0), clock, signal)))
        throw mayBeStored ? error : new NotStored(error);
    }
  }
}

const isWorthRepeating = ({ kind, outcomeUnknown }: Failure): boolean =>
  outcomeUnknown || kind === 'throttled' || kind === 'unavailable';

/** False where the signal came first. */
async function slept(ms: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

const writeOnce = async (
  { namespace, name, current }: Place,
  write: SecretWrite,
  secrets: Secrets,
): Promise<SecretMetadata> =>
  current === undefined ? secrets.create(namespace, name, write) : secrets.patch(current, write);
