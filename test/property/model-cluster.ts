import type { Cache, CacheChange, Cluster, ObjectKey, Secrets, Workloads } from '../../src/controller/ports.ts';
import type { BeatApiKey } from '../../src/api/types.ts';
import { secretName } from '../../src/core/desired.ts';
import { Failure } from '../../src/core/failure.ts';
import { known, unknown } from '../../src/core/reading.ts';
import { NOT_LISTED_YET, samePlace, type WorkloadPlace } from '../../src/core/workload.ts';
import { Sensitive } from '../../src/runtime/sensitive.ts';
import { failure } from './circumstances.ts';
import type { ModelKubernetes } from './model-kubernetes.ts';
import type { ModelWorkload } from './model-workload.ts';
import { mustBeAllowedToRelease, mustBeAllowedToRestart, mustBeClaimed, mustBeHeld } from './promises.ts';
import type { Servers } from './servers.ts';

/** Kubernetes as the operator sees it; its watches are told when they shall say something. */
export interface ModelCluster extends Cluster {
  /** The first lists of objects and connections are in. */
  announce(): void;
  /** A workload has changed. */
  tell(place: WorkloadPlace): void;
}

/** The cluster around these servers. What it is asked for is held against the promises. */
export function modelCluster(servers: Servers): ModelCluster {
  const { at, objects, connection, orphans, elasticsearch } = servers;
  const answer = async <T>(ask: () => T): Promise<T> => {
    at.mayAsk();
    return Promise.resolve(ask());
  };
  const listeners: ((place: WorkloadPlace) => void)[] = [];
  const of = ({ metadata }: BeatApiKey): ModelKubernetes =>
    found(objects.find(({ object }) => object?.metadata.uid === metadata.uid));
  const read = (namespace: string, name: string): BeatApiKey | undefined =>
    [...objects.flatMap(({ object }) => object ?? []), ...orphans.objects].find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    );
  const beatApiKeys = cache(() => objects.flatMap(({ cachedObject }) => cachedObject ?? []));
  const connections = cache(() => [connection.object]);
  return {
    beatApiKeys: {
      cache: beatApiKeys,
      read: (namespace, name) => answer(() => read(namespace, name)),
      claim: (object, installation) =>
        answer(() => {
          mustBeHeld(servers);
          return of(object).claim(object, installation);
        }),
      release: (object) =>
        answer(() => {
          if (objects.some((one) => one.object?.metadata.uid === object.metadata.uid)) {
            mustBeAllowedToRelease(of(object), servers);
            of(object).release(object);
          }
        }),
      writeStatus: (object, status) => answer(() => of(object).writeStatus(status)),
    },
    connections: {
      cache: connections,
      hold: () => answer(() => connection.hold()),
      release: () => answer(() => connection.release()),
      writeStatus: (_object, status) => answer(() => connection.writeStatus(status)),
    },
    secrets: secrets(servers, answer),
    namespaces: { get: () => undefined, values: () => [], subscribe: () => undefined },
    references: {
      read: () =>
        answer(() => new Sensitive({ username: elasticsearch.user.username, password: 'model' }) as Sensitive<Texts>),
      watch: () => undefined,
      subscribe: () => undefined,
    },
    workloads: workloads(servers, answer, listeners),
    events: {
      record: ({ metadata: { name } }, { reason, note }) => {
        at.log.push(`${reason}: ${note}`);
        at.events.push({ name, reason });
      },
    },
    now: () => at.now,
    announce: () => {
      beatApiKeys.announce();
      connections.announce();
    },
    tell: (place) => {
      for (const listener of listeners) listener(place);
    },
  };
}

type Texts = Readonly<Record<string, string>>;
type Answer = <T>(ask: () => T) => Promise<T>;
interface Named {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

function cache<T extends Named>(list: () => readonly T[]): Cache<T> & { announce(): void } {
  const listeners: ((change: CacheChange<T>) => void)[] = [];
  return {
    get: (key) => list().find(({ metadata }) => keyOf(metadata) === key),
    values: list,
    subscribe: (listener) => void listeners.push(listener),
    announce: () => {
      for (const after of list()) for (const listener of listeners) listener({ key: keyOf(after.metadata), after });
    },
  };
}

const keyOf = ({ namespace, name }: Named['metadata']): ObjectKey => `${namespace}/${name}`;

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw failure('notFound', 'Kubernetes');
  return thing;
}

function secrets({ objects, orphans }: Servers, answer: Answer): Secrets {
  const cached = () => [...objects.flatMap(({ cachedSecret }) => cachedSecret ?? []), ...orphans.secrets];
  const named = (namespace: string, name: string): ModelKubernetes | undefined =>
    objects.find(({ object, secret }) => {
      const at = secret?.metadata ?? (object && { namespace: object.metadata.namespace, name: secretName(object) });
      return at?.namespace === namespace && at.name === name;
    });
  const of = ({ namespace, name }: Named['metadata']): ModelKubernetes => found(named(namespace, name));
  return {
    cache: {
      get: (key) => cached().find((secret) => keyOf(secret) === key),
      values: cached,
      subscribe: () => undefined,
    },
    readMetadata: (namespace, name) => answer(() => named(namespace, name)?.secret?.metadata),
    readData: (namespace, name) =>
      answer(() => {
        const secret = named(namespace, name)?.secret;
        return (
          secret && { metadata: secret.metadata, data: new Sensitive(secret.data), type: 'Opaque', immutable: false }
        );
      }),
    create: (namespace, name, write) =>
      answer(() => {
        mustBeClaimed(of({ namespace, name }));
        return of({ namespace, name }).createSecret(namespace, name, write);
      }),
    patch: (version, write) =>
      answer(() => {
        mustBeClaimed(of(version));
        return of(version).patchSecret(version, write);
      }),
    rehearse: (place) =>
      answer(() => {
        if ('resourceVersion' in place) of(place).mustBe(place);
        else if (of(place).secret !== undefined) throw failure('exists', 'Kubernetes');
      }),
    remove: (version) => answer(() => of(version).removeSecret(version)),
  };
}

function workloads(servers: Servers, answer: Answer, listeners: ((place: WorkloadPlace) => void)[]): Workloads {
  const find = (place: WorkloadPlace): ModelWorkload | undefined =>
    servers.objects.flatMap(({ workloads: all }) => all).find((one) => samePlace(one, place));
  return {
    follow: () => undefined,
    subscribe: (listener) => void listeners.push(listener),
    peek: (place) => {
      const cached = find(place)?.cached;
      return cached === 'unlisted' ? unknown(notListed()) : known(cached);
    },
    read: (place) =>
      answer(() => {
        if (find(place)?.denied === 'read') throw failure('denied', 'Kubernetes');
        return find(place)?.view();
      }),
    pods: (workload) => answer(() => found(find(workload)).pods.map(({ pod }) => pod)),
    restart: (workload, annotation, keyID) =>
      answer(() => {
        const model = found(find(workload));
        if (model.denied !== undefined) throw failure('denied', 'Kubernetes');
        mustBeAllowedToRestart(model, annotation, keyID, servers);
        model.restart(annotation, keyID);
        return found(model.view());
      }),
  };
}

const notListed = (): Failure =>
  new Failure({ kind: 'unavailable', system: 'Kubernetes', operation: 'watch workloads', code: NOT_LISTED_YET });
