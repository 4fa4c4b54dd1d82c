import { once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Milliseconds from some events to the next: so few that a number of events says how long something lasted. */
const EVERY_MS = 500;
const LINES_AT_ONCE = 5;

/** Where numbered events come from. */
export interface Source extends AsyncDisposable {
  /** How many there were until now; the first has the number 1. */
  readonly made: number;
  /** When the last one was, by `Date.now()`. */
  readonly lastAt: number;
  /** What a Beat's configuration says to read it: `inputs` of Filebeat, `monitors` of Heartbeat. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** No events from now on. */
  pause(): void;
  /** Ends a pause. */
  resume(): void;
}

/** A file that grows while somebody reads it. */
export async function growingFile(file: string): Promise<Source> {
  let made = 0;
  let lastAt = 0;
  let paused = false;
  let writing = writeFile(file, '');
  await writing;
  const write = () => {
    if (paused) return;
    const numbers = Array.from({ length: LINES_AT_ONCE }, (_, index) => made + index + 1);
    made += LINES_AT_ONCE;
    lastAt = Date.now();
    writing = writing.then(() => appendFile(file, numbers.map((number) => `event ${number}\n`).join('')));
  };
  const timer = setInterval(write, EVERY_MS);
  const input = {
    ...{ type: 'filestream', id: 'lines', paths: [file] },
    // Looks for more after a moment instead of 2 to 10 s.
    ...{ 'prospector.scanner.check_interval': '1s', backoff: { init: '100ms', max: '100ms' } },
  };
  return {
    get made() {
      return made;
    },
    get lastAt() {
      return lastAt;
    },
    inputs: { inputs: [input] },
    pause: () => void (paused = true),
    resume: () => void (paused = false),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing;
    },
  };
}

/** A server that answers every check with its number, which the Heartbeat that monitors it keeps. */
export async function monitoredServer(): Promise<Source> {
  let made = 0;
  let lastAt = 0;
  let paused = false;
  const held = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    request.resume();
    if (paused) {
      held.add(response);
      return;
    }
    made += 1;
    lastAt = Date.now();
    response.end(`event ${made}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const monitor = {
    ...{ type: 'http', id: 'checks', name: 'checks', schedule: `@every ${EVERY_MS}ms`, timeout: '60s' },
    hosts: [`http://127.0.0.1:${port}/`],
    response: { include_body: 'always' },
  };
  return {
    get made() {
      return made;
    },
    get lastAt() {
      return lastAt;
    },
    inputs: { monitors: [monitor] },
    // A check without an answer is no event: Heartbeat waits for it as long as it is told to.
    pause: () => void (paused = true),
    resume: () => {
      paused = false;
      for (const response of held) response.destroy();
      held.clear();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
