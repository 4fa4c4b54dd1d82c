import { noteForRun } from './noted.ts';

const MASK = '[LEAKED]';
/** What values are found by, so that thousands of them cost no more than one; shorter ones are looked for one by one. */
const START_LENGTH = 8;

/** Texts that must be nowhere but in Secrets, and the search for them. */
export class Leaks {
  readonly #secrets = new Set<string>();
  readonly #short = new Set<string>();
  readonly #byStart = new Map<string, string[]>();

  /** Takes note of a value, and of what it looks like in base64. */
  note(value: string | undefined): void {
    if (value === undefined || value === '') return;
    noteForRun(value);
    this.#add(value);
    // The last characters depend on what follows, and padding is often left out.
    this.#add(Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -1));
  }

  /** The text with every value taken out. */
  masked(text: string): string {
    return [...this.#secrets].reduce((left, secret) => left.replaceAll(secret, MASK), text);
  }

  /** The places whose text holds a value, by name; the value itself is not said. */
  foundIn(places: Readonly<Record<string, string>>): readonly string[] {
    return Object.entries(places).flatMap(([place, text]) =>
      text.split('\n').flatMap((line, index) => {
        if (!this.#isIn(line)) return [];
        return [`${place}, line ${index + 1}: ${this.masked(line).slice(0, 300)}`];
      }),
    );
  }

  #add(secret: string): void {
    if (this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    if (secret.length < START_LENGTH) {
      this.#short.add(secret);
      return;
    }
    const start = secret.slice(0, START_LENGTH);
    this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), secret]);
  }

  #isIn(line: string): boolean {
    for (const secret of this.#short) if (line.includes(secret)) return true;
    for (let at = 0; at + START_LENGTH <= line.length; at++) {
      const candidates = this.#byStart.get(line.slice(at, at + START_LENGTH));
      if (candidates?.some((secret) => line.startsWith(secret, at)) === true) return true;
    }
    return false;
  }
}
