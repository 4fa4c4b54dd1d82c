import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { styleText } from 'node:util';
import { killWhenWeEnd } from '../../test/testbed/leftovers.ts';
import { identify, signalGroup } from '../../test/testbed/process-identity.ts';

/** Something that passes or fails, and takes a while. */
export interface Step {
  readonly name: string;
  /** Does it; throws when it fails. `tell` takes a line that says how far it is. */
  readonly run: (tell: (line: string) => void) => Promise<void>;
  /** Names of steps that must have passed before; without them it is left out, which counts as a failure. */
  readonly after?: readonly string[];
}

type Outcome = 'passed' | 'failed' | 'left out';

interface Result {
  readonly name: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** What a command wrote before it failed; shown as it is. */
export class CommandFailure extends Error {}

const root = path.resolve(import.meta.dirname, '../..');
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort(signal));

/** The exit code of a run that a signal ended. */
export const interruptedCode = 130;

/** Whether the command line asks to see everything. */
export const verbose = process.argv.includes('--verbose');

/** A step that runs a program of the project's packages, or any other on PATH. */
export function command(name: string, program: string, ...args: string[]): Step {
  return { name, run: async () => void (await runCommand(program, args, verbose ? 'inherit' : 'pipe')) };
}

/**
 * Runs a program in the project's folder, with the packages' programs on PATH and `more` in its environment. Gives what
 * it wrote, which is nothing where it shares this process's output; throws with the same when it fails. It has a process
 * group of its own, so that nothing of it is left when this process ends in whatever way.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  stdio: 'inherit' | 'pipe',
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const first = [path.join(root, 'node_modules/.bin'), path.dirname(process.execPath)];
  const env = { ...process.env, ...more, PATH: [...first, process.env['PATH']].join(path.delimiter) };
  const color = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const child = spawn(program, args, {
    cwd: root,
    env: { ...env, ...color },
    stdio: ['ignore', stdio, stdio],
    detached: true,
  });
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  const forget = identity === undefined ? undefined : killWhenWeEnd(identity);
  const stop = () => identity !== undefined && signalGroup(identity, 'SIGTERM');
  interrupted.signal.addEventListener('abort', stop);
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  interrupted.signal.removeEventListener('abort', stop);
  forget?.();
  const output = Buffer.concat(chunks).toString().trimEnd();
  if (code !== 0) throw new CommandFailure(output);
  return output;
}

/** Runs steps in their order, all of them, with a line each and a table at the end. Returns the exit code. */
export async function runSteps(steps: readonly Step[]): Promise<number> {
  const results: Result[] = [];
  const passed = new Set<string>();
  for (const step of steps) {
    if (interrupted.signal.aborted) break;
    const ready = (step.after ?? []).every((name) => passed.has(name));
    const result = ready ? await runStep(step) : { name: step.name, outcome: 'left out' as const, seconds: 0 };
    if (result.outcome === 'passed') passed.add(step.name);
    console.log(line(result));
    results.push(result);
  }
  const failed = results.filter(({ outcome }) => outcome !== 'passed');
  if (failed.length > 0 || verbose) console.log(`\n${results.map(line).join('\n')}`);
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  if (interrupted.signal.aborted) {
    console.log('\nInterrupted.');
    return interruptedCode;
  }
  console.log(`\n${results.length - failed.length} of ${steps.length} steps passed in ${total.toFixed(0)} s.`);
  return failed.length === 0 ? 0 : 1;
}

async function runStep({ name, run }: Step): Promise<Result> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const tell = (text: string) => console.log(styleText('dim', `  ${name}: ${text}`));
  if (verbose) console.log(styleText('bold', name));
  const timer = setInterval(() => tell(`${seconds().toFixed(0)} s …`), 30_000);
  try {
    await Promise.race([
      run(tell),
      once(interrupted.signal, 'abort').then(() => Promise.reject(new Error('interrupted'))),
    ]);
    return { name, outcome: 'passed', seconds: seconds() };
  } catch (error) {
    if (!interrupted.signal.aborted) console.log(error instanceof CommandFailure ? error.message : error);
    return { name, outcome: 'failed', seconds: seconds() };
  } finally {
    clearInterval(timer);
  }
}

function line({ name, outcome, seconds }: Result): string {
  const color = outcome === 'passed' ? 'green' : 'red';
  return `${name.padEnd(20)} ${styleText(color, outcome.padEnd(9))} ${seconds.toFixed(1).padStart(7)} s`;
}
