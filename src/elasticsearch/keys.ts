import type { ElasticsearchTarget, KeyStore } from '../controller/ports.ts';
import type { KeyRecord } from '../core/key-record.ts';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Meter } from '../runtime/meter.ts';
import { Semaphore } from '../runtime/semaphore.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';
import { Breaker } from './breaker.ts';
import { contact } from './contact.ts';
import { Endpoint, REQUEST_TIMEOUT_MS, type Call } from './endpoint.ts';
import { Endpoints } from './endpoints.ts';
import { aborted, failure, UNREADABLE } from './failure.ts';
import { inventory } from './inventory.ts';
import { createKey, getKey, invalidateKeys, updateKey } from './key-requests.ts';
import type { Operation } from './operations.ts';
import { keyRecord } from './records.ts';
import { tryPrivileges } from './trial.ts';

export interface KeysOptions {
  readonly meter: Pick<Meter, 'requested' | 'keyCreationDelayed'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Longest time for one request, milliseconds; left out: {@link REQUEST_TIMEOUT_MS}. An inventory's page has three times as much. */
  readonly requestTimeoutMs?: number;
}

/** Longest wait for the turn to create a key, milliseconds. */
const LONGEST_TURN_MS = 2_000;
/** Ids in one request to invalidate: one search and one bulk write on the server. */
const MOST_IDS = 500;

/** The keys of one cluster, through one credential. Every request passes the bound of concurrency and the breaker. */
export function openKeys(target: ElasticsearchTarget, options: KeysOptions): KeyStore {
  const { meter, clock, logger, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const endpoints = new Endpoints(
    target.urls.map((url) => new Endpoint(url, { target, meter, clock, requestTimeoutMs })),
    clock,
  );
  const perMinute = target.createdKeysPerMinute;
  const creations = new TokenBucket({ perMinute, burst: Math.max(1, Math.ceil(perMinute / 60)), clock });
  const slots = new Semaphore(target.concurrentRequests);
  const breaker = new Breaker();
  let mayInvalidateAny = false;
  let skippedBefore = 0;

  const guard = async <T>(operation: Operation, signal: AbortSignal, task: () => Promise<T>): Promise<T> => {
    try {
      return await slots.run(() => breaker.run(operation, task), signal);
    } catch (error) {
      throw signal.aborted && !(error instanceof Failure) ? aborted(operation, false) : error;
    }
  };
  const sender =
    (signal: AbortSignal) =>
    <T>(call: Call<T>): Promise<T> =>
      guard(call.operation, signal, () => endpoints.send(call, signal));

  return {
    contact: async (signal) => {
      const found = await guard('read cluster', signal, () => contact(endpoints.all, signal));
      mayInvalidateAny = found.manageApiKey;
      return found;
    },
    create: async (request, signal, mayBegin) => {
      await turn(creations, perMinute, signal, () => meter.keyCreationDelayed());
      return guard('create API key', signal, () => {
        mayBegin?.();
        return endpoints.send(createKey(request), signal);
      });
    },
    tryPrivileges: (credential, wanted, signal) =>
      tryPrivileges(sender(signal), wanted, credential === 'own' ? undefined : credential),
    update: async (id, change, signal) => {
      await sender(signal)(updateKey(id, change));
    },
    invalidate: async (ids, signal) => {
      const invalidated: string[] = [];
      const unique = [...new Set(ids)];
      for (let from = 0; from < unique.length; from += MOST_IDS) {
        const chunk = unique.slice(from, from + MOST_IDS);
        invalidated.push(...(await sender(signal)(invalidateKeys(chunk, mayInvalidateAny))));
      }
      return invalidated;
    },
    get: async (id, signal) => {
      const found = (await orUndefined(sender(signal)(getKey(id))))?.api_keys ?? [];
      if (found.length === 0) return undefined;
      const entry = found.find((each) => each['id'] === id);
      // Another key says nothing about this one.
      if (entry === undefined) throw failure('get API key', UNREADABLE);
      return marked(entry);
    },
    inventory: async (installation, signal) => {
      const { keys, skipped } = await inventory(sender(signal), installation);
      if (skipped > 0 && skipped !== skippedBefore) {
        logger.warn(
          { skipped },
          'API keys name this installation without a mark that can be read; they are left alone',
        );
      }
      skippedBefore = skipped;
      return keys;
    },
    get available() {
      return breaker.available;
    },
    onAvailability: (listener) => breaker.onAvailability(listener),
    close: () => endpoints.close(),
  };
}

/**
 * Waits for a moment; whoever would wait longer fails as `throttled` and says so, instead of holding up a worker that
 * others need.
 */
async function turn(
  creations: TokenBucket,
  perMinute: number,
  signal: AbortSignal,
  onDelay: () => void,
): Promise<void> {
  const delayMs = creations.tryTake();
  if (delayMs === 0) return;
  onDelay();
  if (delayMs > LONGEST_TURN_MS) {
    const detail = `spec.limits.createdKeysPerMinute of the connection (${perMinute}) is reached`;
    throw failure('create API key', {
      kind: 'throttled',
      code: 'CreationLimit',
      detail,
      retryAfterMs: Math.ceil(delayMs),
    });
  }
  try {
    await creations.take(signal);
  } catch {
    throw aborted('create API key', false);
  }
}

/** The key is there, so `undefined` would be a lie; what it is cannot be told. */
function marked(entry: unknown): KeyRecord {
  const record = keyRecord(entry);
  if (record !== undefined) return record;
  const detail = 'The key bears no mark of Beatkeys that can be read; its metadata may have been changed';
  throw failure('get API key', { kind: 'unsupported', code: 'MarkUnreadable', detail });
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notFound') return undefined;
    throw error;
  }
}
