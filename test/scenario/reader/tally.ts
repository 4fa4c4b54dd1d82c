import type { Answer, Outbox } from './outbox.ts';

/** How often it was, and since when (RFC 3339), to be found in the operator's log. */
interface Refusals {
  readonly count: number;
  readonly since: string;
}

/** What all clients of a run count. */
export class Tally {
  /** Documents that were taken. */
  writes = 0;
  /** Answers that say neither yes nor no; the document is sent again. */
  unsure = 0;
  /** Writes that a revocation overtook after the Secret had been read; the document is sent again with the new key. */
  overtaken = 0;
  /** How often the operator was started again. */
  operatorStarts = 0;
  /** How often documents were refused, by client, key and answer. */
  readonly refusals: Record<string, Refusals> = {};
  readonly outboxes: Outbox[] = [];
  readonly #keys = new Map<string, Set<string>>();

  /** Counts the answer to a write with a key of this Secret. */
  note(answer: Answer, secret: string, keyID: string, client: string): void {
    if (answer === 'unsure') this.unsure += 1;
    else if (answer !== 'taken') {
      const how = `${secret}: ${client} with key ${keyID}: ${answer.refused}`;
      const { count, since } = this.refusals[how] ?? { count: 0, since: new Date().toISOString() };
      this.refusals[how] = { count: count + 1, since };
    } else {
      this.writes += 1;
      this.#keysOf(secret).add(keyID);
    }
  }

  /** How many documents were refused. */
  get refused(): number {
    return Object.values(this.refusals).reduce((sum, { count }) => sum + count, 0);
  }

  /** How often the key of a Secret was replaced, as far as documents were written with both. */
  rotations(secret: string): number {
    return Math.max(0, this.#keysOf(secret).size - 1);
  }

  /** The same of all Secrets. */
  get allRotations(): number {
    return [...this.#keys.keys()].reduce((sum, secret) => sum + this.rotations(secret), 0);
  }

  #keysOf(secret: string): Set<string> {
    const keys = this.#keys.get(secret) ?? new Set();
    this.#keys.set(secret, keys);
    return keys;
  }
}
