import { FIELD_MANAGER, GROUP } from '../api/names.ts';
import type { BeatApiKey, ElasticsearchConnection } from '../api/types.ts';
import type { EventNote, Recorder } from '../controller/ports.ts';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../runtime/clock.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';
import type { Client } from './client.ts';
import { type EventSeries, eventBody, type Happening, seriesBody } from './event.ts';
import { EVENTS } from './resource.ts';

export interface RecorderOptions {
  readonly client: Client;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly clock: Clock;
  /** Which process reports, at most 128 characters; longer is cut. */
  readonly instance: string;
  readonly onFailure: (failure: Failure) => void;
}

/** One kind of happening, and how often it was seen. */
interface Series extends EventSeries {
  readonly happening: Happening;
  /** Name of the Event on the API server, once it is there. */
  posted: string | undefined;
}

/** A repeat within this time joins the Event there is, as in client-go. */
const FOLD_MS = 360_000;
/** Happenings that wait or are remembered; beyond it, new ones are dropped: an event must not cost the process. */
const MOST = 4_096;
/** How often the remembered are gone through for those that may be forgotten, milliseconds. */
const FORGET_EVERY_MS = 30_000;
/** Events come after everything else: of a thousand new objects the last gets its own some minutes later. */
const PACE = { perMinute: 120, burst: 50 };
/** Reported as `reportingController`. */
const CONTROLLER = `${GROUP}/operator`;

/**
 * Writes Events (events.k8s.io/v1). The same happening again within six minutes counts up the series of the first
 * Event. `record` only takes note; one Event after the other is written behind it, at a measured pace, each tried once.
 */
export class EventRecorder implements Recorder {
  readonly #options: RecorderOptions;
  readonly #series = new Map<string, Series>();
  readonly #waiting = new Set<Series>();
  readonly #pace: TokenBucket;
  /** Aborts when there is no time left to keep to the pace. */
  readonly #hurry = new AbortController();
  #writing: Promise<void> | undefined;
  #forgetAt = -Infinity;
  #dropped = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#pace = new TokenBucket({ ...PACE, clock: options.clock });
  }

  /** Happenings that were not taken because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  record(regarding: BeatApiKey | ElasticsearchConnection, event: EventNote): void {
    const now = this.#options.now();
    const { apiVersion, kind, metadata } = regarding;
    const { namespace, name, uid } = metadata;
    const happening: Happening = { ...event, regarding: { apiVersion, kind, namespace, name, uid } };
    const { type, action, reason, note } = happening;
    const key = JSON.stringify([type, action, reason, note, uid]);
    const known = this.#series.get(key);
    if (known !== undefined && known.last + FOLD_MS > now) {
      known.count += 1;
      known.last = now;
      this.#write(known);
      return;
    }
    this.#forgetOld(now);
    if (this.#series.size >= MOST) {
      this.#dropped += 1;
      return;
    }
    const series = { happening, first: now, last: now, count: 1, posted: undefined };
    this.#series.set(key, series);
    this.#write(series);
  }

  /**
   * Resolves when what was recorded has been written, or tried, without a pace from now on; once the signal aborts, what
   * is left is given up.
   */
  async flush(signal: AbortSignal): Promise<void> {
    this.#hurry.abort();
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#writing, aborted]);
    if (signal.aborted) this.#waiting.clear();
  }

  #forgetOld(now: number): void {
    if (now < this.#forgetAt && this.#series.size < MOST) return;
    this.#forgetAt = now + FORGET_EVERY_MS;
    for (const [key, series] of this.#series) {
      if (series.last + FOLD_MS <= now && !this.#waiting.has(series)) this.#series.delete(key);
    }
  }

  #write(series: Series): void {
    this.#waiting.add(series);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    for (const series of this.#waiting) {
      await this.#turn();
      this.#waiting.delete(series);
      try {
        await this.#writeOne(series);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        this.#options.onFailure(error);
      }
    }
  }

  async #turn(): Promise<void> {
    const { signal } = this.#hurry;
    await this.#pace.take(signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  async #writeOne(series: Series): Promise<void> {
    const { client, instance } = this.#options;
    const options = { fieldManager: FIELD_MANAGER };
    const { namespace } = series.happening.regarding;
    if (series.posted !== undefined) {
      const path = { resource: EVENTS, namespace, name: series.posted };
      try {
        await client.mergePatch(path, seriesBody(series), options);
        return;
      } catch (error) {
        // The API server forgets Events after an hour, and people delete them.
        if (!(error instanceof Failure) || error.kind !== 'notFound') throw error;
      }
    }
    const body = eventBody(series.happening, series, { controller: CONTROLLER, instance });
    await client.create({ resource: EVENTS, namespace }, body, options);
    series.posted = body.metadata.name;
  }
}
