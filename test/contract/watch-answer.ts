import type { ServerResponse } from 'node:http';

/** What to do with a line of a watch instead of passing it on: cut the connection in its middle, or say something else. */
export type LineFault = 'cut' | { readonly instead: string };

/** The answer to a watch that a proxy passes on, line by line. */
export class WatchAnswer {
  /** Whether what the server sends is swallowed. */
  silenced = false;
  readonly #answer: ServerResponse;
  readonly #faultOf: (line: string) => LineFault | undefined;
  #partialLine = '';

  constructor(answer: ServerResponse, faultOf: (line: string) => LineFault | undefined) {
    this.#answer = answer;
    this.#faultOf = faultOf;
  }

  /** Takes what the server sends next, cut anywhere. */
  take(chunk: Buffer): void {
    if (this.silenced) return;
    // Characters that are more than one byte are passed through as their bytes.
    const lines = (this.#partialLine + chunk.toString('latin1')).split('\n');
    this.#partialLine = lines.pop() ?? '';
    for (const line of lines) if (!this.#pass(line)) return;
  }

  /** Sends this text as if it came from the server. */
  write(text: string): void {
    this.#answer.write(text);
  }

  cut(): void {
    this.#answer.socket?.destroySoon();
  }

  /** False where nothing more may follow. */
  #pass(line: string): boolean {
    const fault = this.#faultOf(Buffer.from(line, 'latin1').toString());
    if (fault === 'cut') {
      this.#answer.write(line.slice(0, line.length / 2), 'latin1');
      this.silenced = true;
      this.cut();
      return false;
    }
    if (fault === undefined) this.#answer.write(`${line}\n`, 'latin1');
    else this.#answer.write(`${fault.instead}\n`);
    return true;
  }
}
