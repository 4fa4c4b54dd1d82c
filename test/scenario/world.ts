import { afterEach, expect, vi } from 'vitest';
import { startOperator, type Operator, type OperatorOptions } from '../operator/operator.ts';
import { openAccount, type Account } from '../rights/account.ts';
import { controlPlane, elasticsearchVersions } from '../testbed/current.ts';
import type { ControlPlane } from '../testbed/servers.ts';
import { ApiServer } from './api-server.ts';
import { Leaks } from '../leaks/leaks.ts';
import type { Objects } from './objects.ts';
import { openNamespace, openSite, type Ground, type Site, type SiteOptions } from './site.ts';
import { writeKubeconfig } from './trouble/kubeconfig.ts';

export interface WorldOptions extends SiteOptions {
  /** Settings of the operator; the drift interval is 3 s unless given here. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What stands in front of the API server; it speaks plain HTTP. */
  readonly kubernetesURL?: string;
  /** A control plane in which nobody else is: the operator serves all of it. Left out: its own namespaces of the run's. */
  readonly plane?: ControlPlane;
  /** Whether the operator may restart consumers, which the chart grants when asked to. */
  readonly restarts?: boolean;
  /** Whether the test has rights taken away, so that refusals are not held against the operator. */
  readonly refused?: boolean;
  /** Whether nothing is shown of the operator's log when a test of the file fails. */
  readonly isQuiet?: boolean;
  /** Of Elasticsearch; left out: those of the run. */
  readonly versions?: readonly string[];
}

/**
 * A running operator of the test file's own that serves a site for each version of Elasticsearch of the run, one process
 * for all. Close it.
 */
export async function openWorld(given: WorldOptions = {}): Promise<World> {
  const { settings, kubernetesURL, isQuiet = false, versions = elasticsearchVersions(), ...options } = given;
  const { plane = controlPlane(), restarts = false, refused = false, ...ofSites } = options;
  await using stack = new AsyncDisposableStack();
  const ground: Ground = { plane, api: stack.use(new ApiServer(plane)), leaks: new Leaks(), stack };
  const home = await openNamespace(ground);
  const sites = new Map<string, Site>();
  for (const version of versions) sites.set(version, await openSite(version, ground, ofSites));
  const namespaces = [...sites.values()].flatMap(({ objects, guests }) => [objects, ...guests]);
  // In a cluster that somebody else runs, nobody is alone.
  const alone = plane.url !== controlPlane().url;
  const served = alone ? 'all' : namespaces.map(({ namespace }) => namespace);
  const account = await openAccount({ plane, namespace: home.namespace, served, restarts, refused });
  ground.leaks.note(account.token);
  stack.defer(() => account.remove());
  const [url, ca] = kubernetesURL === undefined ? [plane.url, plane.ca] : [kubernetesURL];
  const { path: kubeconfig } = stack.use(await writeKubeconfig(url, account.token, ca));
  const operator: OperatorOptions = {
    ...{ kubeconfig, namespace: home.namespace, watch: served === 'all' ? [] : served },
    settings: { BEATKEYS_DRIFT_INTERVAL: '3s', BEATKEYS_RESTART_CONSUMERS: String(restarts), ...settings },
  };
  const world = new World({ home, sites, operator, account, leaks: ground.leaks, isQuiet });
  await world.startOperator();
  world.keep(stack.move());
  return world;
}

/** The worlds of the test file of whose operators something is shown when a test fails. */
const worlds: World[] = [];
afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const { operator } of worlds) {
    const state = operator.runs ? 'runs and said' : 'has ended; it said';
    console.error(`The operator ${state}:\n${operator.lines.slice(-50).join('\n')}`);
  }
});

interface Parts {
  readonly home: Objects;
  readonly sites: ReadonlyMap<string, Site>;
  readonly operator: OperatorOptions;
  readonly account: Account;
  readonly leaks: Leaks;
  readonly isQuiet?: boolean;
}

export class World {
  /** The operator's own namespace, which it does not serve. */
  readonly home: Objects;
  /** Whom the operator acts as. */
  readonly account: Account;
  /** Whatever was secret in this world. */
  readonly leaks: Leaks;
  readonly #sites: ReadonlyMap<string, Site>;
  readonly #options: OperatorOptions;
  readonly #operators: Operator[] = [];
  #stack = new AsyncDisposableStack();

  constructor({ home, sites, operator, account, leaks, isQuiet = false }: Parts) {
    this.home = home;
    this.account = account;
    this.leaks = leaks;
    this.#sites = sites;
    this.#options = operator;
    if (!isQuiet) worlds.push(this);
  }

  /** Takes over what `close` shall take away. */
  keep(stack: AsyncDisposableStack): void {
    this.#stack = stack;
  }

  /** The site of a version of Elasticsearch. */
  site(version: string): Site {
    const site = this.#sites.get(version);
    if (site === undefined) throw new Error(`there is no site of Elasticsearch ${version}`);
    return site;
  }

  /** The operator that was started last. */
  get operator(): Operator {
    const operator = this.#operators.at(-1);
    if (operator === undefined) throw new Error('no operator was started');
    return operator;
  }

  /** All that were started, in order. */
  get operators(): readonly Operator[] {
    return this.#operators;
  }

  /** Starts an operator, as the world's options and these want it. */
  async startOperator(options: Partial<OperatorOptions> = {}): Promise<Operator> {
    const settings = { ...this.#options.settings, ...options.settings };
    const operator = await startOperator({ ...this.#options, ...options, settings });
    this.#operators.push(operator);
    return operator;
  }

  /** Waits until the operator has listed the keys behind every connection, begun after this call. */
  async untilListed(): Promise<void> {
    const { operator } = this;
    const lists = () => operator.count('beatkeys_requests_total', { operation: 'query API keys', code_class: '2xx' });
    // Each connection has its turn once an interval; one list of each may be under way.
    const enough = (await lists()) + 2 * (await this.#connections()) + 1;
    await vi.waitFor(async () => expect(await lists()).toBeGreaterThanOrEqual(enough), {
      timeout: 90_000,
      interval: 300,
    });
  }

  async #connections(): Promise<number> {
    const all = [...this.#sites.values()].map(({ objects }) => objects.list('ElasticsearchConnection'));
    return (await Promise.all(all)).flat().length;
  }

  /** Stops everything, takes everything away, and checks that nothing that was secret was said anywhere. */
  async close(): Promise<void> {
    await using _stack = this.#stack;
    const metrics = this.operator.runs ? await this.operator.metrics() : '';
    for (const operator of this.#operators) if (operator.runs) await operator.stop();
    expect(this.leaks.foundIn({ ...(await this.#placesToSearch()), metrics })).toEqual([]);
  }

  /** Everything that is said: logs, events, objects with their statuses, and Secrets without their values. */
  async #placesToSearch(): Promise<Readonly<Record<string, string>>> {
    const places: Record<string, string> = {};
    for (const [index, operator] of this.#operators.entries())
      places[`log of operator ${index}`] = operator.lines.join('\n');
    for (const objects of [this.home, ...[...this.#sites.values()].flatMap((site) => [site.objects, ...site.guests])]) {
      for (const kind of ['BeatApiKey', 'ElasticsearchConnection', 'Event', 'Lease'] as const)
        places[`${kind} in ${objects.namespace}`] = lines(await objects.list(kind));
      const secrets = await objects.list('Secret');
      places[`Secret metadata in ${objects.namespace}`] = lines(
        secrets.map(({ metadata }) => withoutApplied(metadata)),
      );
    }
    return places;
  }
}

const lines = (objects: readonly object[]): string => objects.map((object) => JSON.stringify(object)).join('\n');

/** What kubectl copies into an annotation is the test's own doing. */
function withoutApplied<T extends { readonly annotations?: Readonly<Record<string, string>> }>(metadata: T): object {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...annotations } = metadata.annotations ?? {};
  return { ...metadata, annotations };
}
