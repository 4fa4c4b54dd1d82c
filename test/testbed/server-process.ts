import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { killWhenWeEnd } from './leftovers.ts';
import { identify, isAlive, signalGroup } from './process-identity.ts';

/** A server to start: what to run, and how to see that it answers. */
export interface ServerOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Where its output goes. */
  readonly log: string;
  /** Asked again and again until it is true; what it throws counts as false. */
  readonly ready?: () => Promise<boolean>;
  /** Seconds until the wait for `ready` is given up; 120 when not given. */
  readonly patience?: number;
}

/** A server that runs as a child of this process, in a process group of its own. */
export class ServerProcess {
  readonly #options: ServerOptions;
  #running: { identity: { pid: number; started: string }; ended: Promise<unknown>; forget: () => void } | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Starts it and waits until it answers. Throws with the end of its log when it ends or does not answer in time. */
  async start(): Promise<this> {
    if (this.#running !== undefined) throw new Error(`${this.#options.name} is running`);
    const { name, command, args, env, log, ready, patience = 120 } = this.#options;
    const output = openSync(log, 'a');
    const child = spawn(command, args, { env: env ?? process.env, stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    const ended = once(child, 'exit').catch(() => undefined);
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity === undefined) throw new Error(`${name} did not start (${command})\n${tail(log)}`);
    this.#running = { identity, ended, forget: killWhenWeEnd(identity) };
    const until = Date.now() + patience * 1000;
    while (ready !== undefined && !(await ready().catch(() => false))) {
      const problem = !isAlive(identity)
        ? 'ended'
        : Date.now() > until
          ? `is not ready after ${patience} s`
          : undefined;
      if (problem !== undefined) {
        await this.stop(0);
        throw new Error(`${name} ${problem}; the end of its log:\n${tail(log)}`);
      }
      await wait(50);
    }
    return this;
  }

  /** Asks it to end and waits; after so many milliseconds (0: at once) it is killed. Nothing happens when it is stopped. */
  async stop(patience = 10_000): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    const { identity, ended, forget } = running;
    signalGroup(identity, 'SIGCONT');
    if (patience > 0) {
      signalGroup(identity, 'SIGTERM');
      await Promise.race([ended, wait(patience, undefined, { ref: false })]);
    }
    signalGroup(identity, 'SIGKILL');
    await ended;
    forget();
    this.#running = undefined;
  }

  /** Stops the clock for it: connections stay open and nothing is answered. */
  pause(): void {
    if (this.#running !== undefined) signalGroup(this.#running.identity, 'SIGSTOP');
  }

  /** Ends a pause. */
  resume(): void {
    if (this.#running !== undefined) signalGroup(this.#running.identity, 'SIGCONT');
  }
}

function tail(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}
