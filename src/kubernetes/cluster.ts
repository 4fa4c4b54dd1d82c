import type { Cluster } from '../controller/ports.ts';
import type { Failure } from '../core/failure.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Meter } from '../runtime/meter.ts';
import { beatApiKeys } from './beat-api-keys.ts';
import { Client } from './client.ts';
import { connections } from './connections.ts';
import { watchCustomResource } from './custom-resource.ts';
import { Elector, type ElectorOptions } from './elector.ts';
import { loadKubeConfig } from './kubeconfig.ts';
import { watchNamespaces } from './namespaces.ts';
import { EventRecorder } from './recorder.ts';
import { ReferenceWatches } from './references.ts';
import type { Upstream } from './reflector.ts';
import { BEAT_API_KEYS, CONNECTIONS, NAMESPACES, type Scope } from './resource.ts';
import type { Right } from './rights.ts';
import { SelfCheck } from './self-check.ts';
import { secrets, watchSecrets } from './secrets.ts';
import { Transport } from './transport.ts';
import { FollowedWorkloads } from './workloads.ts';

export interface ClusterOptions {
  /** A kubeconfig file; left out: the usual places ($KUBECONFIG, home), then the service account of the pod. */
  readonly kubeconfig?: string;
  /** Namespaces whose objects are served. */
  readonly namespaces: Scope;
  /** The operator's own namespace, where its Lease is. */
  readonly operatorNamespace: string;
  /** Unlike that of any other process: the holder of the Lease, the instance in Events. */
  readonly identity: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter?: Pick<Meter, 'requested' | 'relisted' | 'watching'>;
}

/** Kubernetes, from the first connection to the last. */
export interface OpenCluster extends Cluster {
  /** Resolves when every cache but that of the workloads has been filled once; never, while the API server cannot be read. */
  readonly synced: Promise<void>;
  /** Keeps the caches until the signal aborts; rejects only with a programming error. Call it once. */
  run(signal: AbortSignal): Promise<void>;
  /** Writes the Events that wait, as long as the signal lets it, and ends every connection. Abort `run` before. */
  stop(signal: AbortSignal): Promise<void>;
  /** When the API server last answered something useful, monotonic milliseconds; `undefined`: never yet. */
  lastContact(): number | undefined;
  /** A candidate for the Lease `name` in the operator's namespace. */
  elector(options: Omit<ElectorOptions, 'namespace' | 'identity' | 'onFailure'>): Elector;
  /** UID of the operator's own namespace; `undefined`: there is none of that name. */
  readOwnNamespaceUID(): Promise<string | undefined>;
  /** Looks whether the operator's account has these rights. */
  selfCheck(rights: readonly Right[]): SelfCheck;
}

/** Makes ready to speak to the API server; nothing is sent yet. Throws when there is no usable kubeconfig. */
export function openCluster(options: ClusterOptions): OpenCluster {
  const { namespaces: scope, operatorNamespace, identity, clock, logger, meter } = options;
  const transport = new Transport({ kubeConfig: loadKubeConfig(options.kubeconfig), clock, meter });
  const client = new Client(transport, { namespaces: scope, operatorNamespace });
  const now = (): number => transport.clock.now();
  const upstream: Upstream = {
    client,
    clock,
    onFailure: (failure) => logger.warn(failureFields(failure), 'a watch was interrupted'),
    onOddObject: (kind, object) => logger.warn({ kind, object }, 'an object that cannot be read was passed over'),
    onRelist: (kind) => meter?.relisted(kind),
    onState: (kind, before, after) => meter?.watching(kind, before, after),
  };
  const keys = watchCustomResource(upstream, BEAT_API_KEYS, scope);
  const targets = watchCustomResource(upstream, CONNECTIONS, scope);
  const secretWatch = watchSecrets(upstream, scope);
  const namespaces = watchNamespaces(upstream, scope);
  const references = new ReferenceWatches(upstream);
  const workloads = new FollowedWorkloads(upstream, scope);
  const recorder = new EventRecorder({
    client,
    now,
    clock,
    instance: identity,
    onFailure: (failure) => logger.warn(failureFields(failure), 'an event was not written'),
  });
  const watches = [keys.watched, targets.watched, secretWatch, namespaces];
  return {
    beatApiKeys: beatApiKeys(keys),
    connections: connections(targets),
    secrets: secrets(client, secretWatch),
    namespaces,
    references,
    workloads,
    events: recorder,
    now,
    synced: Promise.all(watches.map((watch) => watch.synced)).then(() => undefined),
    async run(signal) {
      await Promise.all([...watches, references, workloads].map((watch) => watch.run(signal)));
    },
    async stop(signal) {
      await recorder.flush(signal);
      await transport.close();
    },
    lastContact: () => transport.lastContact,
    elector: (wanted) =>
      new Elector(
        { client, clock, now },
        {
          ...wanted,
          namespace: operatorNamespace,
          identity,
          onFailure: (failure) => logger.warn(failureFields(failure), 'the lease could not be renewed'),
        },
      ),
    readOwnNamespaceUID: async () =>
      (await client.getMetadata({ resource: NAMESPACES, name: operatorNamespace }))?.metadata.uid,
    selfCheck: (rights) => new SelfCheck({ client, clock, logger, rights }),
  };
}

function failureFields({ kind, code, operation, message }: Failure): Record<string, unknown> {
  return { kind, code, operation, error: message };
}
