import { expect } from 'vitest';
import { startFaultProxy, type FaultProxy } from '../../contract/fault-proxy.ts';
import { controlPlane } from '../../testbed/current.ts';
import { ApiServer } from '../api-server.ts';
import { keysOfUser, type ServerKey } from '../server-keys.ts';
import type { Site } from '../site.ts';
import { openTrouble } from '../trouble/open.ts';
import { signOfChange, signOfEvent, signOfQuestion } from './effects.ts';
import { followHistory, type History } from './history.ts';
import { Probe } from './probe.ts';
import { Supervisor } from './supervisor.ts';

export interface StandOptions {
  /** Of Elasticsearch. */
  readonly version: string;
  /** Seconds between two lists of keys. */
  readonly driftInterval: number;
}

/** A probe, and where the operator finds the Elasticsearch whose traffic the probe sees. */
export interface Probed extends AsyncDisposable {
  readonly probe: Probe;
  readonly url: string;
}

/** An operator with proxies between it and both servers, which is started again whenever it ends. Close it. */
export interface Stand {
  readonly site: Site;
  readonly history: History;
  /** What marks the keys of this operator. */
  readonly installation: string;
  /** How often the operator lost its lease, and was started again. */
  readonly leasesLost: number;
  /** Every key that the operator's user ever made; asked for together by all who ask at once. */
  keys(): Promise<readonly ServerKey[]>;
  /** What the operator said of objects of that name, the last lines of it. */
  linesAbout(name: string): readonly string[];
  /** Sees all traffic for the sake of objects of that name, until it is disposed of. */
  probe(name: string): Promise<Probed>;
  /** Also checks that the operator ended as it was told only, and that no key is left but those with these ids. */
  close(bystanders: readonly string[]): Promise<void>;
}

/** Of the log. */
const MOST_LINES = 50;

export async function openStand({ version, driftInterval }: StandOptions): Promise<Stand> {
  await using stack = new AsyncDisposableStack();
  const plane = controlPlane();
  const kubernetes = stack.use(await startFaultProxy(plane));
  const { world, site, close } = await openTrouble({
    versions: [version],
    isQuiet: true,
    restarts: true,
    kubernetesURL: kubernetes.url,
    settings: {
      BEATKEYS_DRIFT_INTERVAL: `${driftInterval}s`,
      // Longer than a request may take, so that one which stalls is given up first.
      BEATKEYS_ATTEMPT_LIMIT: '15s',
      BEATKEYS_ORPHAN_GRACE: '2s',
    },
  });
  stack.defer(close);
  const supervisor = new Supervisor(world);
  stack.defer(() => supervisor.leave());
  const history = stack.use(followHistory(stack.use(new ApiServer(plane)), site.objects.namespace));
  const { installation } = await world.operator.untilLine('caches are filled');
  // Stories bring connections of their own, with the same credential.
  await site.objects.remove('ElasticsearchConnection', 'main');
  const probes = watchProbes(kubernetes);
  const kept = stack.move();
  const mark = String(installation);
  const keys = together(() => keysOfUser(site.node, site.user.username));
  return {
    ...{ site, history, keys, installation: mark },
    get leasesLost() {
      return supervisor.leasesLost;
    },
    linesAbout: (name) =>
      world.operators.flatMap(({ lines }) => lines.filter((line) => line.includes(`/${name}"`))).slice(-MOST_LINES),
    probe: async (name) => {
      kubernetes.forget();
      const probe = new Probe(() => supervisor.kill());
      const elasticsearch = await startFaultProxy(site.node);
      elasticsearch.fault = (asked) => {
        const sign = signOfQuestion(asked);
        return sign === undefined ? undefined : probe.onRequest('Elasticsearch', asked, sign);
      };
      probes.set(name, probe);
      return {
        probe,
        url: elasticsearch.url,
        async [Symbol.asyncDispose]() {
          probes.delete(name);
          await elasticsearch[Symbol.asyncDispose]();
        },
      };
    },
    close: async (bystanders) => {
      await using _kept = kept;
      expect(supervisor.crashes).toEqual([]);
      const living = (await keys()).filter(({ invalidated }) => !invalidated).map(({ id }) => id);
      expect(living.toSorted()).toEqual(bystanders.toSorted());
    },
  };
}

/** Asks once for all who ask while another question is under way; no answer is older than the question. */
function together<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      const answer = ask();
      running = answer.catch(() => undefined);
      return answer;
    });
    return next;
  };
}

/** Lets probes see what the operator and the API server say to each other about objects of their names. */
function watchProbes(kubernetes: FaultProxy): Map<string, Probe> {
  const probes = new Map<string, Probe>();
  kubernetes.fault = (asked) => {
    const sign = signOfChange(asked);
    return sign === undefined ? undefined : probes.get(sign.name ?? '')?.onRequest('Kubernetes', asked, sign);
  };
  kubernetes.lineFault = (watch, line) => {
    const sign = signOfEvent(watch, line);
    return sign === undefined ? undefined : probes.get(sign.name ?? '')?.onEvent(sign);
  };
  return probes;
}
