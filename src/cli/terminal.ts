/** What a command reads and writes beside files. */
export interface Terminal {
  /** Results, for the next command in a pipe. */
  out(text: string): void;
  /** What there is to say about them, one line each. */
  tell(line: string): void;
  /** Standard input, whole. */
  read(): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Exit codes of every command: 2 is a command that cannot be carried out as it was written. */
export const EXIT = { ok: 0, refused: 1, usage: 2 } as const;

/** A command that cannot be carried out as it was written; its message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The terminal of this process. */
export function ownTerminal(): Terminal {
  // Whoever reads the output may have seen enough, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    tell: (line) => void process.stderr.write(`${line}\n`),
    read: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
    env: process.env,
  };
}
