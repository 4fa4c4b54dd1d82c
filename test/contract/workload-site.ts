import { expect } from 'vitest';
import type { Reading } from '../../src/core/reading.ts';
import type { Workload, WorkloadKind, WorkloadPlace } from '../../src/core/workload.ts';
import { FollowedWorkloads } from '../../src/kubernetes/workloads.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type Access, openAccess } from './kubernetes-access.ts';

/** What of a workload matters to a test; left out: two replicas, or one pod on every node. */
export interface Shape {
  readonly spec?: object;
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly podAnnotations?: Readonly<Record<string, string>>;
  readonly podFinalizers?: readonly string[];
  readonly podSpec?: object;
}

/** A namespace with workloads in it, and the adapter that looks at them through a proxy. */
export interface WorkloadSite extends AsyncDisposable {
  readonly namespace: string;
  readonly proxy: FaultProxy;
  readonly access: Access;
  readonly workloads: FollowedWorkloads;
  /** What was known of a workload each time that it was told of, in order. */
  readonly told: readonly { readonly place: WorkloadPlace; readonly known: Reading<Workload | undefined> }[];
  /** As the user would, with kubectl's flags on top. */
  apply(kind: WorkloadKind, name: string, shape?: Shape, ...flags: string[]): Promise<WorkloadPlace>;
  /** Makes any object. */
  create(manifest: object): Promise<unknown>;
  kubectl(...args: string[]): Promise<string>;
  /** The workload as it is known once it is like that. */
  until(place: WorkloadPlace, expected: Partial<Workload>): Promise<Workload>;
  /** Begins to watch. */
  run(): void;
}

/** Makes one; its workloads go with its namespace. */
export async function openWorkloadSite(options: { readonly token?: string } = {}): Promise<WorkloadSite> {
  const plane = controlPlane();
  const { name: namespace, remove } = await createNamespace('workloads');
  const proxy = await startFaultProxy(plane);
  const access = openAccess({ url: proxy.url, ...options });
  const workloads = new FollowedWorkloads(access.upstream, [namespace]);
  const told: { place: WorkloadPlace; known: Reading<Workload | undefined> }[] = [];
  workloads.subscribe((place) => void told.push({ place, known: workloads.peek(place) }));
  const stop = new AbortController();
  let running = Promise.resolve();
  return {
    namespace,
    proxy,
    access,
    workloads,
    told,
    async apply(kind, name, shape = {}, ...flags) {
      const manifest = JSON.stringify(manifestOf(kind, namespace, name, shape));
      await mustKubectl(plane, ['apply', ...flags, '-f', '-'], manifest);
      return { kind, namespace, name };
    },
    create: (manifest) => mustKubectl(plane, ['-n', namespace, 'create', '-f', '-'], JSON.stringify(manifest)),
    kubectl: (...args) => mustKubectl(plane, ['-n', namespace, ...args]),
    async until(place, expected) {
      let seen: Workload | undefined;
      const look = () => {
        const reading = workloads.peek(place);
        seen = reading.known ? reading.value : undefined;
        return seen ?? reading;
      };
      await patiently(look).toMatchObject({ ...expected, name: place.name });
      if (seen === undefined) throw new Error(`nothing is known of ${place.kind} ${place.name}`);
      return seen;
    },
    run: () => void (running = workloads.run(stop.signal)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await access[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await remove();
    },
  };
}

/** `expect.poll` with patience for roll-outs on a machine that has much to do. */
export function patiently<T>(look: () => T) {
  return expect.poll(look, { timeout: 120_000, interval: 20 });
}

function manifestOf(kind: WorkloadKind, namespace: string, name: string, shape: Shape): object {
  const { spec, podLabels = { app: name.slice(0, 63) }, podAnnotations, podFinalizers, podSpec } = shape;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: podLabels },
      ...(kind === 'DaemonSet' ? {} : { replicas: 2 }),
      ...(kind === 'StatefulSet' ? { serviceName: 'none' } : {}),
      template: {
        metadata: { labels: podLabels, annotations: podAnnotations, finalizers: podFinalizers },
        spec: { containers: [{ name: 'beat', image: 'registry.invalid/beat' }], ...podSpec },
      },
      ...spec,
    },
  };
}
