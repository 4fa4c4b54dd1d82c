import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from './config.ts';
import { CONNECTIONS, Controllers, OBJECTS } from './controller/controllers.ts';
import { Failure } from './core/failure.ts';
import { installationOf } from './core/installation.ts';
import { createElasticsearch } from './elasticsearch/connections.ts';
import { openCluster, type OpenCluster } from './kubernetes/cluster.ts';
import { rightsFor } from './kubernetes/rights.ts';
import { systemClock } from './runtime/clock.ts';
import { Lifecycle, type Part } from './runtime/lifecycle.ts';
import { Health } from './telemetry/health.ts';
import type { ProcessLogger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { objectReports } from './telemetry/object-reports.ts';
import { startTelemetryServer } from './telemetry/server.ts';

/** How the process ended: told to stop, or without the lease. */
export type Ending = 'stopped' | 'leaseLost';

/** The API server must have answered within this time for the process to count as ready, milliseconds. */
const RECENT_CONTACT_MS = 60_000;
/** An effect begins only with more of the lease left than one request may take, milliseconds. */
const LEAST_LEASE_MS = 10_000;

/** Between two tries to read what the start cannot do without, milliseconds. */
const RETRY_MS = 5_000;

/** Composes the parts and runs them until `stop` aborts or the lease is lost; resolves when all have stopped. */
export async function runApp(
  config: Config,
  version: string,
  logger: ProcessLogger,
  stop: AbortSignal,
): Promise<Ending> {
  const clock = systemClock;
  const metrics = createMetrics({ version, process: true });
  const health = new Health();
  const identity = `${config.podName ?? hostname()}_${randomUUID()}`;
  const cluster = openCluster({
    namespaces: config.namespaces,
    operatorNamespace: config.operatorNamespace,
    identity,
    clock,
    logger,
    meter: metrics,
  });
  const lost = new AbortController();
  const broken = Promise.withResolvers<never>();
  const leading = Promise.withResolvers<void>();
  const { name: leaseName, ...times } = config.lease;
  const elector = cluster.elector({
    name: leaseName,
    times,
    onStarted: () => {
      logger.info({ identity }, 'leading');
      metrics.leading(true);
      leading.resolve();
    },
    onLost: () => {
      metrics.leading(false);
      lost.abort(new Error('the lease is lost'));
    },
  });
  const selfCheck = cluster.selfCheck(rightsFor(config));
  let installation = config.installation ?? '';
  const leastLeaseMs = Math.min(LEAST_LEASE_MS, times.leaseMs - times.retryMs * 1.5);
  const controllers = new Controllers({
    cluster,
    elasticsearch: createElasticsearch({ meter: metrics, clock, logger }),
    clock,
    logger,
    meter: metrics,
    settings: config,
    concurrency: config.concurrency,
    graceMs: config.stopGraceMs,
    operator: () => ({
      installation,
      visibilityDelayMs: config.visibilityDelayMs,
      attemptLimitMs: config.attemptLimitMs,
      leadingSince: elector.leadingSince ?? cluster.now(),
    }),
    mayAct: () => {
      if (elector.remainingMs() > leastLeaseMs) return;
      throw new Failure({ kind: 'aborted', system: 'Kubernetes', operation: 'keep lease', code: 'LeaseShort' });
    },
  });
  const { queues, workers } = controllers;
  metrics.observeQueue(OBJECTS, queues.objects, workers.objects);
  metrics.observeQueue(CONNECTIONS, queues.connections, workers.connections);
  // A standby sees the same objects: told twice, every sum over instances would be wrong.
  metrics.observeObjects(() =>
    elector.leadingSince === undefined
      ? []
      : objectReports(cluster.beatApiKeys.cache.values(), cluster.connections.cache.values()),
  );
  let stopping = false;
  health.require('running', () => !stopping);
  health.require('rights', () => selfCheck.passed);
  health.require('API server', () => clock.monotonic() - (cluster.lastContact() ?? -Infinity) < RECENT_CONTACT_MS);

  const lifecycle = new Lifecycle({
    clock,
    graceMs: config.stopGraceMs,
    parts: [
      telemetryPart(config, health, metrics, logger),
      { name: 'API server', stop: (signal) => cluster.stop(signal) },
      background('rights', broken.reject, (signal) => selfCheck.run(signal)),
      background(
        'caches',
        broken.reject,
        (signal) => cluster.run(signal),
        async (signal) => {
          let synced = false;
          health.require('caches', () => synced);
          await Promise.all([cluster.synced, selfCheck.looked]);
          synced = true;
          installation ||= await readInstallation(cluster, config.operatorNamespace, () =>
            clock.sleep(RETRY_MS, signal),
          );
          logger.info({ installation, namespaces: config.namespaces }, 'caches are filled');
        },
      ),
      background('election', broken.reject, async (signal) => void (await elector.run(signal))),
      background('controllers', broken.reject, async (signal) => {
        await Promise.race([leading.promise, aborted(signal)]);
        if (!signal.aborted) await controllers.run(signal, lost.signal);
      }),
    ],
  });
  const ended = AbortSignal.any([stop, lost.signal]);
  try {
    await Promise.race([lifecycle.start(), aborted(ended), broken.promise]);
    await Promise.race([aborted(ended), broken.promise]);
  } finally {
    stopping = true;
    for (const { part, error } of await lifecycle.stop()) logger.error({ part, error }, 'did not stop well');
  }
  return lost.signal.aborted ? 'leaseLost' : 'stopped';
}

/** Asked for again while it cannot be read. Throws `Failure` where there is no such namespace. */
async function readInstallation(cluster: OpenCluster, namespace: string, pause: () => Promise<void>): Promise<string> {
  for (;;) {
    try {
      const uid = await cluster.readOwnNamespaceUID();
      if (uid !== undefined) return installationOf(uid);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      await pause();
      continue;
    }
    const detail = `namespace ${namespace} does not exist; create it, or set POD_NAMESPACE to the operator's own`;
    throw new Failure({
      kind: 'notFound',
      system: 'Kubernetes',
      operation: 'read Namespace',
      code: 'HTTP 404',
      detail,
    });
  }
}

function telemetryPart(
  { telemetry }: Config,
  health: Health,
  metrics: ReturnType<typeof createMetrics>,
  logger: ProcessLogger,
): Part {
  let server: Awaited<ReturnType<typeof startTelemetryServer>> | undefined;
  return {
    name: 'telemetry',
    async start() {
      server = await startTelemetryServer({ ...telemetry, health, metrics });
      logger.info({ port: server.port }, 'serving /healthz, /readyz and /metrics');
    },
    stop: async () => server?.close(),
  };
}

/** A part that runs until it is told to stop; `ready` says when it is up, `onBroken` hears if it ends before its time. */
function background(
  name: string,
  onBroken: (error: unknown) => void,
  run: (signal: AbortSignal) => Promise<void>,
  ready?: (signal: AbortSignal) => Promise<void>,
): Part {
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  return {
    name,
    async start(signal) {
      running = run(stop.signal);
      running.catch(onBroken);
      await Promise.race([ready?.(signal), aborted(signal)]);
    },
    async stop() {
      stop.abort();
      await running.catch(() => undefined);
    },
  };
}

const aborted = async (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
