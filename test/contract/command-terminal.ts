import { runCommandLine } from '../../src/cli/command-line.ts';

/** What a command wrote, and how it ended. */
export interface CommandResult {
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error, line by line. */
  readonly told: readonly string[];
}

/** Runs a command of `beatkeys` in this process, as `src/main.ts` does. */
export async function runCommand(
  args: readonly string[],
  given: {
    readonly env?: Readonly<Record<string, string>>;
    readonly input?: string;
    /** What a person answers to every question; left out: nobody is there. */
    readonly answer?: string;
  } = {},
): Promise<CommandResult> {
  const out: string[] = [];
  const told: string[] = [];
  const code = await runCommandLine(args, '0.0.0-test', {
    out: (text) => void out.push(text),
    tell: (line) => void told.push(line),
    progress: () => undefined,
    read: async () => given.input ?? '',
    ask: async () => given.answer,
    env: given.env ?? {},
  });
  return { code, out: out.join(''), told };
}
