import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { showCommand, showOutput } from './terminal.ts';

/** The folder that commands run in, and that `examples/` is in. */
export const root = path.resolve(import.meta.dirname, '../..');

export interface ShellOptions {
  /** Folders of commands that come before those of this process. */
  readonly commands: readonly string[];
  /** Variables that the commands see beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the command that runs. */
  readonly signal: AbortSignal;
}

/** A shell in which every command that is shown is the one that runs. */
export class Shell {
  readonly #options: ShellOptions;

  constructor(options: ShellOptions) {
    this.#options = options;
  }

  /** Shows a command, runs it, and shows what it wrote. Throws when it fails. */
  async run(line: string): Promise<void> {
    showCommand(line);
    const { stdout, stderr } = await this.#finish(line);
    showOutput(`${stdout}${stderr}`);
  }

  /** Runs a command unseen and gives what it wrote to its standard output. Throws when it fails. */
  async output(line: string): Promise<string> {
    return (await this.#finish(line)).stdout;
  }

  async #finish(line: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const { commands, env, signal } = this.#options;
    const PATH = [...commands, process.env['PATH']].join(path.delimiter);
    const child = spawn('sh', ['-c', line], {
      cwd: root,
      env: { ...process.env, ...env, PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    const [[code], stdout, stderr] = await Promise.all([
      once(child, 'close') as Promise<[number | null]>,
      text(child.stdout),
      text(child.stderr),
    ]);
    if (code !== 0) throw new Error(`${line}\n${stdout}${stderr}`.trimEnd());
    return { stdout, stderr };
  }
}
