import { Controllers } from '../../src/controller/controllers.ts';
import { readJournal } from '../../src/core/journal.ts';
import { isLive } from '../../src/core/key-record.ts';
import type { BeatApiKeySpec } from '../../src/api/types.ts';
import { aBeatApiKey, INSTALLATION } from '../builders/beat-api-key.ts';
import { FakeClock } from '../builders/fake-clock.ts';
import { Circumstances, must, VISIBILITY_MS } from './circumstances.ts';
import { modelCluster } from './model-cluster.ts';
import { ModelConnection } from './model-connection.ts';
import { ModelElasticsearch } from './model-elasticsearch.ts';
import { modelKeyStore } from './model-key-store.ts';
import { ModelKubernetes } from './model-kubernetes.ts';
import { ModelOrphans } from './model-orphans.ts';
import type { ModelWorkload } from './model-workload.ts';
import { GRACE_MS } from './promises.ts';
import type { Servers } from './servers.ts';
import { quiet, unread } from './silence.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Kubelets and controllers do one thing in so long, which makes a roll-out over four nodes take a day. */
const STEP_MS = 3 * HOUR_MS;
const NODES = 4;

export interface YearOptions {
  /** How many objects there are; each has a uid, and with it a jitter, of its own. */
  readonly count: number;
  /** Beside connection and expiration, 30 days. */
  readonly spec?: Partial<BeatApiKeySpec>;
  /** Each object has a DaemonSet as consumer; called before the year begins. */
  readonly consumer?: (workload: ModelWorkload) => void;
}

/** What a year has made of one object. */
export interface Life {
  readonly rotations: number;
  /** Days, to the tenth, between one switch and the next. */
  readonly intervals: readonly number[];
  /** Keys that had expired before their successor was in the Secret. */
  readonly late: readonly string[];
  /** The most keys that lived when one had just been made, and the most at the end of a step. */
  readonly mostAlive: number;
  readonly mostLeftAlive: number;
  /** The most replaced keys that the journal named at the end of a step. */
  readonly mostWaiting: number;
  /** Hours from the switch to the end of each replaced key. */
  readonly retiredAfter: readonly number[];
  readonly events: readonly string[];
}

/** Lets the operator, as it is but for its clock and its servers, live a year. */
export async function aYear({ count, spec = {}, consumer }: YearOptions): Promise<readonly Life[]> {
  const clock = new FakeClock();
  const at = new Circumstances(clock);
  const elasticsearch = new ModelElasticsearch(at);
  const objects = Array.from({ length: count }, (_, number) => objectOf(number, at, spec, consumer));
  const orphans = new ModelOrphans(at, elasticsearch);
  const servers: Servers = { at, elasticsearch, connection: new ModelConnection(), objects, orphans };
  const stop = new AbortController();
  const { controllers, cluster } = controllersOf(servers, clock);
  const running = controllers.run(stop.signal, new AbortController().signal);
  cluster.announce();
  const peaks = objects.map(() => ({ alive: 0, waiting: 0 }));
  for (let day = 0; day < 365; day += STEP_MS / DAY_MS) {
    await clock.advance(STEP_MS);
    for (const [number, { secret, workloads }] of objects.entries()) {
      const journal = secret && readJournal(secret.metadata.annotations);
      const peak = peaks[number] ?? { alive: 0, waiting: 0 };
      peak.alive = Math.max(peak.alive, elasticsearch.livingWithinReach(`uid-${number}`).length);
      peak.waiting = Math.max(peak.waiting, journal?.superseded.length ?? 0);
      for (const workload of workloads) {
        if (!workload.step()) continue;
        workload.watch();
        cluster.tell(workload);
      }
    }
  }
  stop.abort();
  await running;
  return objects.map((kubernetes, number) => ({
    ...lifeOf(kubernetes, servers),
    mostLeftAlive: peaks[number]?.alive ?? 0,
    mostWaiting: peaks[number]?.waiting ?? 0,
  }));
}

function objectOf(
  number: number,
  at: Circumstances,
  spec: Partial<BeatApiKeySpec>,
  consumer: YearOptions['consumer'],
): ModelKubernetes {
  const name = `beat-${number}`;
  const place = { kind: 'DaemonSet', name } as const;
  const object = aBeatApiKey({
    metadata: { name, uid: `uid-${number}` },
    claimed: false,
    spec: { expiration: '30d', ...(consumer && { consumers: [{ ...place, restart: true }] }), ...spec },
  });
  const kubernetes = new ModelKubernetes(at, object, consumer === undefined ? [] : [place]);
  for (const workload of kubernetes.workloads) {
    workload.nodes = NODES;
    for (let step = 0; step <= NODES; step++) workload.step();
    workload.watch();
    consumer?.(workload);
  }
  return kubernetes;
}

function controllersOf(servers: Servers, clock: FakeClock) {
  const cluster = modelCluster(servers);
  const leadingSince = clock.now();
  const controllers = new Controllers({
    cluster,
    elasticsearch: { open: () => modelKeyStore(servers) },
    clock,
    logger: quiet,
    meter: unread,
    settings: {
      // Longer than in real life, where most of a year would be spent on finding that nothing is to be done.
      driftIntervalMs: DAY_MS,
      serverlessVisibilityDelayMs: VISIBILITY_MS,
      namespaces: 'all',
      orphans: 'invalidate',
      orphanGraceMs: GRACE_MS,
    },
    concurrency: 8,
    graceMs: 0,
    operator: () => ({
      installation: INSTALLATION,
      visibilityDelayMs: VISIBILITY_MS,
      attemptLimitMs: 30_000,
      leadingSince,
    }),
    mayAct: () => undefined,
  });
  return { controllers, cluster };
}

function lifeOf(
  { object, switches }: ModelKubernetes,
  { at, elasticsearch }: Servers,
): Omit<Life, 'mostLeftAlive' | 'mostWaiting'> {
  const { uid = '', name = '' } = object?.metadata ?? {};
  const keys = elasticsearch.everMade(uid);
  must(keys.length === switches.length, 'every key that was made went into the Secret');
  const ends = keys.map(({ record, invalidatedAt = Infinity }) =>
    Math.min(invalidatedAt, record.expiration ?? Infinity),
  );
  const switchedAt = [...switches.map(({ at: time }) => time), at.now];
  const late = keys.filter(
    ({ record }, index) => !isLive({ ...record, invalidated: false }, switchedAt[index + 1] ?? 0),
  );
  const alive = keys.map(
    ({ record }, newest) => ends.slice(0, newest + 1).filter((end) => end >= record.creation).length,
  );
  const since = switchedAt.slice(1, -1);
  return {
    rotations: switches.length - 1,
    intervals: since.map((time, index) => Math.round((time - (switchedAt[index] ?? 0)) / (DAY_MS / 10)) / 10),
    late: late.map(({ record }) => record.id),
    mostAlive: Math.max(...alive),
    retiredAfter: since.map((time, index) => ((ends[index] ?? 0) - time) / HOUR_MS),
    events: at.events.filter((event) => event.name === name).map(({ reason }) => reason),
  };
}
