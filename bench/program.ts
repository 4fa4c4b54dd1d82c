import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';

/** A program in a process of its own, asked over an IPC channel; it ends when this process does. */
export class Program implements Disposable {
  readonly #child: ChildProcess;
  readonly #waiting: PromiseWithResolvers<unknown>[] = [];
  #stopped = false;

  /** `file`: relative to this folder. */
  constructor(file: string) {
    this.#child = fork(path.resolve(import.meta.dirname, file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (answer) => this.#waiting.shift()?.resolve(answer));
    this.#child.on('exit', (code) => {
      if (this.#stopped) return;
      for (const { reject } of this.#waiting) reject(new Error(`${file} ended with ${code}`));
    });
  }

  /** Sends a message and waits for its answer; answers come in the order of messages. Rejects when the program ends. */
  ask(message: object): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.push(answer);
    this.#child.send(message, (error) => {
      if (error !== null) answer.reject(error);
    });
    return answer.promise;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#child.connected) this.#child.disconnect();
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
