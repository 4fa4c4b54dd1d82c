import { noteForRun } from './noted.ts';

const MASK = '[LEAKED]';
/** What values are found by, so that thousands of them cost no more than one; shorter ones are looked for one by one. */
const START_LENGTH = 8;
/** Shorter values are not looked for in other forms, in which they would be found by chance. */
const LEAST_FOR_FORMS = 12;
/** `util.inspect` shows so many bytes of a buffer. */
const INSPECTED_BYTES = 50;

/** Texts that must be nowhere but in Secrets, and the search for them. */
export class Leaks {
  readonly #isForRun: boolean;
  readonly #short = new Set<string>();
  readonly #byStart = new Map<string, string[]>();
  readonly #noted = new Set<string>();
  readonly #known = new Set<string>();

  /** `isForRun`: whether what is noted is looked for in the output of the whole run as well. */
  constructor(isForRun = true) {
    this.#isForRun = isForRun;
  }

  /** Takes note of a value, and of what it looks like in the forms in which programs write bytes and texts. */
  note(value: string | undefined): void {
    if (value === undefined || value === '' || this.#noted.has(value)) return;
    this.#noted.add(value);
    if (this.#isForRun) noteForRun(value);
    for (const form of [value, ...formsOf(value)]) this.#add(form);
  }

  /** The text with every value taken out. */
  masked(text: string): string {
    let masked = '';
    let from = 0;
    for (let at = 0; at < text.length;) {
      const length = this.#lengthAt(text, at);
      if (length > 0) {
        masked += `${text.slice(from, at)}${MASK}`;
        from = at + length;
      }
      at += Math.max(1, length);
    }
    return masked + text.slice(from);
  }

  /** The places whose text holds a value, by name; the value itself is not said. */
  foundIn(places: Readonly<Record<string, string>>): readonly string[] {
    return Object.entries(places).flatMap(([place, text]) =>
      text.split('\n').flatMap((line, index) => {
        const masked = this.masked(line);
        return masked === line ? [] : [`${place}, line ${index + 1}: ${masked.slice(0, 300)}`];
      }),
    );
  }

  #add(secret: string): void {
    if (this.#known.has(secret)) return;
    this.#known.add(secret);
    if (secret.length < START_LENGTH) {
      this.#short.add(secret);
      return;
    }
    const start = secret.slice(0, START_LENGTH);
    this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), secret]);
  }

  /** The length of the longest value that stands there; 0 for none. */
  #lengthAt(text: string, at: number): number {
    let longest = 0;
    for (const secret of this.#short) if (text.startsWith(secret, at)) longest = Math.max(longest, secret.length);
    for (const secret of this.#byStart.get(text.slice(at, at + START_LENGTH)) ?? []) {
      if (secret.length > longest && text.startsWith(secret, at)) longest = secret.length;
    }
    return longest;
  }
}

function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  if (bytes.length < LEAST_FOR_FORMS) return [base64At(bytes, 0)];
  const inBase64 = [0, 1, 2].map((offset) => base64At(bytes, offset));
  const start = bytes.subarray(0, INSPECTED_BYTES);
  return [
    ...inBase64,
    ...inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
    start.toString('hex').replaceAll(/(..)(?!$)/g, '$1 '),
    bytes.join(','),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
  ];
}

/** The bytes in base64 behind so many others; without the characters that depend on what stands before and after. */
function base64At(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = Math.ceil((offset * 8) / 6);
  const isWhole = ((offset + bytes.length) * 8) % 6 === 0;
  return text.slice(first, isWhole ? undefined : -1);
}
