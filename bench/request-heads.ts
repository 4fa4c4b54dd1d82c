const END_OF_HEAD = '\r\n\r\n';

/**
 * Finds the requests in what an HTTP/1.1 client sends over one connection. Bodies must say their length; whatever else
 * comes is an error, since from there on nothing could be counted.
 */
export class RequestHeads {
  readonly #onHead: (head: string) => void;
  #partialHead = Buffer.alloc(0);
  #bodyLeft = 0;

  /** `onHead` is given request line and header fields of each request. */
  constructor(onHead: (head: string) => void) {
    this.#onHead = onHead;
  }

  /** Takes the next bytes, cut anywhere. */
  take(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#bodyLeft > 0) {
        const part = Math.min(this.#bodyLeft, rest.length);
        this.#bodyLeft -= part;
        rest = rest.subarray(part);
        continue;
      }
      const seen = this.#partialHead.length === 0 ? rest : Buffer.concat([this.#partialHead, rest]);
      const end = seen.indexOf(END_OF_HEAD);
      if (end < 0) {
        this.#partialHead = Buffer.from(seen);
        return;
      }
      const head = seen.toString('latin1', 0, end);
      this.#partialHead = Buffer.alloc(0);
      this.#bodyLeft = bodyLength(head);
      rest = seen.subarray(end + END_OF_HEAD.length);
      this.#onHead(head);
    }
  }
}

/** The value of a header field; `undefined` where the head has none of that name. */
export function fieldOf(head: string, name: string): string | undefined {
  return new RegExp(`\r\n${name}:[ \t]*([^\r]*)`, 'i').exec(head)?.[1];
}

function bodyLength(head: string): number {
  if (fieldOf(head, 'transfer-encoding') !== undefined) throw new Error('a request of unknown length was sent');
  return Number(fieldOf(head, 'content-length') ?? 0);
}
