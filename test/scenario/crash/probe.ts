import type { Asked, Fault } from '../../contract/fault-proxy.ts';
import type { LineFault } from '../../contract/watch-answer.ts';
import { isList, recurs, type Effect, type Sign } from './effects.ts';
import type { FaultKind, Means } from './faults.ts';

/** A fault, and the effect that it hits. */
export interface Strike {
  readonly effect: Effect;
  readonly fault: FaultKind;
}

/**
 * What goes between the operator and its servers for the sake of one story: writes down every effect, and strikes where
 * it is told to, once for each strike. The effects of a further strike are counted from the one before.
 */
export class Probe {
  /** The effects since the story began, or since the last strike happened. */
  effects: Effect[] = [];
  /** Resolves when every strike has happened. */
  readonly struck: Promise<void>;
  readonly #kill: () => Promise<void>;
  readonly #allHappened: () => void;
  #strikes: readonly Strike[] = [];
  #counts: Map<string, number> | undefined;
  #lists = 0;
  #isStriking = false;

  constructor(kill: () => Promise<void>) {
    this.#kill = kill;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.struck = promise;
    this.#allHappened = resolve;
  }

  /** Whether a strike has begun, and has not happened yet. */
  get isStriking(): boolean {
    return this.#isStriking;
  }

  /** How often the list of keys was asked for, before the story as well. */
  get lists(): number {
    return this.#lists;
  }

  /** The story begins. */
  begin(strikes: readonly Strike[]): void {
    this.#counts = new Map();
    this.#strikes = strikes;
    if (strikes.length === 0) this.#allHappened();
  }

  /** A request that belongs to the story's object; answers with what to do to it. */
  onRequest(server: Effect['server'], asked: Asked, sign: Sign): Fault | undefined {
    if (isList(sign)) this.#lists += 1;
    const { fault, means } = this.#note('request', server, sign) ?? {};
    return fault?.on === 'request' && means !== undefined ? fault.make(asked, server, means) : undefined;
  }

  /** A line of a watch that tells of the story's object; answers with what to do to it. */
  onEvent(sign: Sign): LineFault | undefined {
    const { fault, means } = this.#note('event', 'Kubernetes', sign) ?? {};
    return fault?.on === 'event' && means !== undefined ? fault.make(means) : undefined;
  }

  /** Counts an effect; answers with the fault that is due there. */
  #note(
    kind: Effect['kind'],
    server: Effect['server'],
    sign: Sign,
  ): { readonly fault: FaultKind; readonly means: Means } | undefined {
    if (this.#counts === undefined) return undefined;
    const { what } = sign;
    const nth = (this.#counts.get(what) ?? 0) + 1;
    if (nth > 1 && recurs(sign)) return undefined;
    this.#counts.set(what, nth);
    this.effects.push({ kind, server, what, nth });
    const [next, ...others] = this.#strikes;
    if (next === undefined || next.effect.what !== what || next.effect.nth !== nth) return undefined;
    // Until it has happened, nothing else does.
    this.#strikes = [];
    this.#isStriking = true;
    const happened = (): void => {
      this.#isStriking = false;
      this.#counts = new Map();
      this.effects = [];
      this.#strikes = others;
      if (others.length === 0) this.#allHappened();
    };
    return { fault: next.fault, means: { kill: this.#kill, happened } };
  }
}
