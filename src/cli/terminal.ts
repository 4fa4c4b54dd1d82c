import { createInterface } from 'node:readline/promises';
import { visible } from './visible.ts';

/** What a command reads and writes beside files. */
export interface Terminal {
  /** Results, for the next command in a pipe. */
  out(text: string): void;
  /** What there is to say about them, one line each. */
  tell(line: string): void;
  /** How far the work is, in one line that the next one replaces; nothing where nobody watches. */
  progress(line: string): void;
  /** Standard input, whole. */
  read(): Promise<string>;
  /** What a person answers; `undefined` where none sits there. */
  ask(question: string): Promise<string | undefined>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Exit codes of every command: 2 is a command that cannot be carried out as it was written, 3 that what was waited for
 * did not come in time.
 */
export const EXIT = { ok: 0, refused: 1, usage: 2, timeout: 3 } as const;

/** A command that cannot be carried out as it was written; its message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Takes away what stands on the line of a terminal. */
const CLEAR_LINE = '\r\u001B[2K';

/** What a process has of a terminal. */
export type Streams = Pick<NodeJS.Process, 'env'> & {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
};

/** Where the width of a terminal is not known, characters. */
const USUAL_WIDTH = 80;

/** The terminal of this process. */
export function ownTerminal({ stdin, stdout, stderr, env }: Streams = process): Terminal {
  // Whoever reads the output may have seen enough, as `head` does.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  let shown = false;
  const clear = (): void => {
    if (shown) stderr.write(CLEAR_LINE);
    shown = false;
  };
  return {
    out: (text) => {
      clear();
      // What goes into a pipe stays as it is: a manifest with a password for one.
      stdout.write(stdout.isTTY === true ? visible(text) : text);
    },
    tell: (line) => {
      clear();
      stderr.write(`${visible(line)}\n`);
    },
    progress: (line) => {
      if (stderr.isTTY !== true) return;
      // A longer one would take more than one line, which could not be taken away again.
      stderr.write(`${CLEAR_LINE}${visible(line).slice(0, Math.max(1, (stderr.columns ?? USUAL_WIDTH) - 1))}`);
      shown = true;
    },
    read: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
    ask: async (question) => {
      if (stdin.isTTY !== true || stderr.isTTY !== true) return undefined;
      clear();
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(visible(question));
      } finally {
        lines.close();
      }
    },
    env,
  };
}
