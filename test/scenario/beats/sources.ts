import { appendFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** How events come: so many at once, so often. */
export interface Pace {
  readonly everyMs: number;
  readonly lines: number;
  readonly checks: number;
}

/** Where numbered events come from, in bursts. */
export interface Source extends AsyncDisposable {
  /** How many there were until now; the first has the number 1. */
  readonly made: number;
  /** When the last one was, by `Date.now()`. */
  readonly lastAt: number;
  /** The time from one burst to the next, milliseconds. */
  readonly everyMs: number;
  /** What a Beat's configuration says to read it: `inputs` of Filebeat, `monitors` of Heartbeat. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A file that grows while somebody reads it. */
export async function growingFile(file: string, { everyMs, lines }: Pace): Promise<Source> {
  let made = 0;
  let lastAt = 0;
  let writing = writeFile(file, '');
  await writing;
  const burst = () => {
    const numbers = Array.from({ length: lines }, (_, index) => made + index + 1);
    made += lines;
    lastAt = Date.now();
    writing = writing.then(() => appendFile(file, numbers.map((number) => `event ${number}\n`).join('')));
  };
  const timer = setInterval(burst, everyMs);
  const input = {
    ...{ type: 'filestream', id: 'lines', paths: [file] },
    // Looks again at once for what was added, instead of every 2 to 10 s.
    ...{ 'prospector.scanner.check_interval': '1s', backoff: { init: '100ms', max: '100ms' } },
  };
  return {
    get made() {
      return made;
    },
    get lastAt() {
      return lastAt;
    },
    everyMs,
    inputs: { inputs: [input] },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing;
    },
  };
}

/** A server that answers every check with its number; the Heartbeat that monitors it keeps the answer. */
export async function monitoredServer({ everyMs, checks }: Pace): Promise<Source> {
  let made = 0;
  let lastAt = 0;
  const server = createServer((request, response) => {
    made += 1;
    lastAt = Date.now();
    request.resume();
    response.end(`event ${made}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const monitor = {
    ...{ type: 'http', id: 'checks', name: 'checks', schedule: `@every ${everyMs}ms`, timeout: '2s' },
    hosts: Array.from({ length: checks }, (_, index) => `http://127.0.0.1:${port}/${index}`),
    response: { include_body: 'always' },
  };
  return {
    get made() {
      return made;
    },
    get lastAt() {
      return lastAt;
    },
    everyMs,
    inputs: { monitors: [monitor] },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
