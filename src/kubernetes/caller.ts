import type { References, Workloads } from '../controller/ports.ts';
import { systemClock } from '../runtime/clock.ts';
import { Client } from './client.ts';
import { type Attempt, failureOfAnswer, failureOfError } from './failure.ts';
import { loadKubeConfig } from './kubeconfig.ts';
import { ReferenceWatches } from './references.ts';
import type { Upstream } from './reflector.ts';
import { Transport } from './transport.ts';
import { FollowedWorkloads } from './workloads.ts';

export interface CallerOptions {
  /** A kubeconfig file; left out: the usual places. */
  readonly kubeconfig?: string | undefined;
  /** A context of it; left out: its current one. */
  readonly context?: string | undefined;
}

/** No API server, or no user of it, can be told; the message says why, and quotes nothing of a file. */
export class KubeconfigUnusable extends Error {
  override readonly name = 'KubeconfigUnusable';
}

/** The API server as a person reaches it, with the rights of a kubeconfig's user. Nothing is watched. */
export interface Caller extends AsyncDisposable {
  readonly client: Client;
  /** The namespace of the kubeconfig's context; `default` where it names none. */
  readonly namespace: string;
  readonly references: Pick<References, 'read'>;
  readonly workloads: Pick<Workloads, 'read' | 'pods'>;
  /** The API server's clock as far as its answers tell, epoch milliseconds. */
  now(): number;
  /** What the API server publishes of itself under a path, such as `/apis/apps/v1`; `undefined`: nothing. */
  published(path: string): Promise<unknown>;
}

const PUBLISHED_LIMITS = { timeoutMs: 10_000, mostBytes: 8 << 20 };

/** Makes ready to speak to the API server; nothing is sent yet. Throws `KubeconfigUnusable`. */
export function openCaller({ kubeconfig, context }: CallerOptions): Caller {
  const { transport, namespace } = open(kubeconfig, context);
  const client = new Client(transport, { namespaces: 'all', operatorNamespace: namespace });
  const upstream: Upstream = {
    ...{ client, clock: systemClock },
    ...{ onFailure: () => undefined, onOddObject: () => undefined, onRelist: () => undefined },
  };
  return {
    client,
    namespace,
    references: new ReferenceWatches(upstream),
    workloads: new FollowedWorkloads(upstream, 'all'),
    now: () => transport.clock.now(),
    published: (path) => published(transport, path),
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

function open(file?: string, context?: string): { readonly transport: Transport; readonly namespace: string } {
  const kubeConfig = loaded(file);
  if (context !== undefined) {
    if (kubeConfig.getContextObject(context) === null)
      throw new KubeconfigUnusable(`the kubeconfig has no context ${context}`);
    kubeConfig.setCurrentContext(context);
  }
  const namespace = kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace;
  try {
    return { transport: new Transport({ kubeConfig, clock: systemClock }), namespace: namespace ?? 'default' };
  } catch {
    throw new KubeconfigUnusable('the context of the kubeconfig names no API server');
  }
}

function loaded(file?: string) {
  try {
    return loadKubeConfig(file);
  } catch {
    // What a parser says quotes the file.
    throw new KubeconfigUnusable('there is no kubeconfig that can be used; give one by --kubeconfig');
  }
}

async function published(transport: Transport, path: string): Promise<unknown> {
  const attempt: Attempt = { operation: `get ${path}`, verb: 'get', resource: path };
  const call = { operation: 'get discovery', method: 'GET', path, headers: { accept: 'application/json' } } as const;
  const answer = await transport.send(call, PUBLISHED_LIMITS).catch((error: unknown) => {
    throw failureOfError(attempt, error);
  });
  if (answer.status === 404) return undefined;
  if (answer.status >= 300) throw failureOfAnswer(attempt, answer.status, answer.body, answer.retryAfterMs);
  return answer.body;
}
