import { setTimeout as wait } from 'node:timers/promises';
import type { Counts, Lane } from './counting-proxy.ts';
import { Program } from './program.ts';

/** Requests of a lane within some time, by route. */
export type Requests = Readonly<Record<string, number>>;

/** How long nothing must be asked until a lane counts as quiet, milliseconds. */
const QUIET_MS = 2_000;
const PATIENCE_MS = 120_000;

/** The lease is renewed all the time, and events are written when there is time. */
const EVER = /leases|events|^watch /;

/** The counting proxy, in a process of its own so that it shares nobody's event loop. */
export class Proxy {
  readonly #program: Program;
  readonly #urls: ReadonlyMap<string, string>;

  private constructor(program: Program, urls: ReadonlyMap<string, string>) {
    this.#program = program;
    this.#urls = urls;
  }

  static async start(lanes: readonly Lane[]): Promise<Proxy> {
    const program = new Program('counting-proxy.ts');
    const ports = (await program.ask(lanes)) as number[];
    const urls = lanes.map(({ name, url }, index) => {
      return [name, `${new URL(url).protocol}//127.0.0.1:${ports[index]}`] as const;
    });
    return new Proxy(program, new Map(urls));
  }

  /** Where to send what shall be counted in that lane. */
  url(lane: string): string {
    const url = this.#urls.get(lane);
    if (url === undefined) throw new RangeError(`there is no lane ${lane}`);
    return url;
  }

  /** Begins to count; the function that it answers says what was asked since, lane by lane. */
  async count(): Promise<(lane: string) => Promise<Requests>> {
    const before = await this.#counts();
    return async (lane) => difference(before[lane] ?? {}, (await this.#counts())[lane] ?? {});
  }

  /** Waits until these lanes have been quiet for a while, but for leases, watches and events. */
  async untilQuiet(...lanes: readonly string[]): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    let last = '';
    for (let since = Date.now(); Date.now() - since < QUIET_MS;) {
      const counts = await this.#counts();
      const seen = JSON.stringify(lanes.map((lane) => matching(counts[lane] ?? {}, (route) => !EVER.test(route))));
      if (seen !== last) since = Date.now();
      last = seen;
      if (Date.now() > until) throw new Error(`${lanes.join(' and ')} did not become quiet; last seen: ${last}`);
      await wait(100);
    }
  }

  async #counts(): Promise<Counts> {
    return (await this.#program.ask({})) as Counts;
  }

  stop(): void {
    this.#program.stop();
  }
}

/** The routes that `holds` is true for. */
export function matching(requests: Requests, holds: (route: string) => boolean): Requests {
  return Object.fromEntries(Object.entries(requests).filter(([route]) => holds(route)));
}

/** How many requests these are. */
export function sum(requests: Requests): number {
  return Object.values(requests).reduce((all, each) => all + each, 0);
}

function difference(before: Requests, after: Requests): Requests {
  const entries = Object.entries(after).map(([route, count]) => [route, count - (before[route] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}
