import { noteForRun } from './noted.ts';

const MASK = '[LEAKED]';

/** Texts that must be nowhere but in Secrets, and the search for them. */
export class Leaks {
  readonly #secrets = new Set<string>();

  /** Takes note of a value, and of what it looks like in base64. */
  note(value: string | undefined): void {
    if (value === undefined || value === '') return;
    noteForRun(value);
    this.#secrets.add(value);
    // The last characters depend on what follows, and padding is often left out.
    this.#secrets.add(Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -1));
  }

  /** The text with every value taken out. */
  masked(text: string): string {
    return [...this.#secrets].reduce((left, secret) => left.replaceAll(secret, MASK), text);
  }

  /** The places whose text holds a value, by name; the value itself is not said. */
  foundIn(places: Readonly<Record<string, string>>): readonly string[] {
    return Object.entries(places).flatMap(([place, text]) =>
      text.split('\n').flatMap((line, index) => {
        const leaked = [...this.#secrets].find((secret) => line.includes(secret));
        return leaked === undefined ? [] : [`${place}, line ${index + 1}: ${this.masked(line).slice(0, 300)}`];
      }),
    );
  }
}
