import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { freePorts } from '../testbed/free-ports.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';
import { prometheusPrograms } from '../testbed/prometheus.ts';
import { ServerProcess } from '../testbed/server-process.ts';

/** One line of a graph, or one value: what Prometheus' API calls a result. */
export interface Result {
  readonly metric: Readonly<Record<string, string>>;
  /** Times are epoch seconds. */
  readonly values: readonly (readonly [time: number, value: number])[];
}

/** A rule as Prometheus itself sees it. */
export interface LoadedRule {
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly lastError?: string;
  readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[];
}

export interface PrometheusOptions {
  /** Where the operator is scraped: a port of this machine. */
  readonly port: number;
  /** Labels of the target, as the chart's ServiceMonitor leads to them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Groups of alerting rules. */
  readonly groups: readonly object[];
}

/** A real Prometheus with its own data, which scrapes one operator every second. Close it. */
export class Prometheus implements AsyncDisposable {
  readonly #url: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(url: string, stack: AsyncDisposableStack) {
    this.#url = url;
    this.#stack = stack;
  }

  static async start({ port: target, labels, groups }: PrometheusOptions): Promise<Prometheus> {
    const { prometheus } = await prometheusPrograms(() => undefined);
    await using stack = new AsyncDisposableStack();
    const folder = temporaryFolder('prometheus');
    stack.defer(() => folder.remove());
    const at = (name: string): string => path.join(folder.path, name);
    const { job = 'beatkeys', ...others } = labels;
    await writeFile(at('rules.yaml'), stringify({ groups }));
    await writeFile(
      at('prometheus.yaml'),
      stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
        rule_files: ['rules.yaml'],
        scrape_configs: [
          {
            job_name: job,
            honor_labels: true,
            static_configs: [{ targets: [`127.0.0.1:${target}`], labels: others }],
          },
        ],
      }),
    );
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const server = new ServerProcess({
      name: 'Prometheus',
      command: prometheus,
      args: [
        `--config.file=${at('prometheus.yaml')}`,
        `--storage.tsdb.path=${at('data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      log: at('log'),
      ready: async () => (await fetch(`${url}/-/ready`)).ok,
    });
    stack.defer(() => server.stop());
    await server.start();
    return new Prometheus(url, stack.move());
  }

  /** What a query gives now. Throws with what Prometheus says of one that it does not understand. */
  async query(query: string): Promise<readonly Result[]> {
    const found = await this.#ask<InstantResult>('query', { query });
    return found.map(({ metric, value: [time, value] }) => ({ metric, values: [[time, Number(value)]] }));
  }

  /** What it gives for each second between two instants, epoch seconds. */
  async graph(query: string, start: number, end: number): Promise<readonly Result[]> {
    const parameters = { query, start: String(start), end: String(end), step: '1' };
    const found = await this.#ask<RangeResult>('query_range', parameters);
    return found.map(({ metric, values }) => ({
      metric,
      values: values.map(([time, value]) => [time, Number(value)] as const),
    }));
  }

  async rules(): Promise<readonly LoadedRule[]> {
    const response = await fetch(`${this.#url}/api/v1/rules`);
    const { data } = (await response.json()) as { data: { groups: readonly { rules: readonly LoadedRule[] }[] } };
    return data.groups.flatMap(({ rules }) => rules);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #ask<T>(what: string, parameters: Readonly<Record<string, string>>): Promise<readonly T[]> {
    const response = await fetch(`${this.#url}/api/v1/${what}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
    });
    const answer = (await response.json()) as Answer<T>;
    if (answer.status === 'success') return answer.data.result;
    throw new Error(`${answer.error} (${parameters['query']})`);
  }
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
type Answer<T> =
  | { readonly status: 'success'; readonly data: { readonly result: readonly T[] } }
  | { readonly status: 'error'; readonly error: string };

interface InstantResult {
  readonly metric: Result['metric'];
  readonly value: readonly [time: number, value: string];
}

interface RangeResult {
  readonly metric: Result['metric'];
  readonly values: readonly (readonly [time: number, value: string])[];
}
