import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { killWhenWeEnd } from './leftovers.ts';
import { identify } from './process-identity.ts';

/** How a command ended, and all that it wrote. */
export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; 128 when a signal ended it. */
  readonly code: number;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** For what takes minutes: in a process group of its own, which is killed when this process ends in whatever way. */
  readonly long?: boolean;
  /** Gives way to every other process. */
  readonly lowPriority?: boolean;
}

/** Runs a command to its end. Rejects only when it cannot be started. */
export async function finish(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Finished> {
  const { cwd, env, input, long = false, lowPriority = false } = options;
  const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: 'pipe', detached: long });
  if (lowPriority && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const identity = long && child.pid !== undefined ? identify(child.pid) : undefined;
  const forget = identity === undefined ? undefined : killWhenWeEnd(identity);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  forget?.();
  return { stdout, stderr, code: code ?? 128 };
}

/** Runs a command that must succeed and gives its output; throws with the end of what it wrote when it does not. */
export async function output(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { stdout, stderr, code } = await finish(command, args, options);
  if (code === 0) return stdout;
  const end = `${stdout}\n${stderr}`.trim().split('\n').slice(-20).join('\n');
  throw new Error(`${command} ${args.slice(0, 3).join(' ')} ended with ${code}:\n${end}`);
}

/** Whether the command can be run at all. */
export async function answers(command: string, args: readonly string[]): Promise<boolean> {
  return finish(command, args).then(
    ({ code }) => code === 0,
    () => false,
  );
}
