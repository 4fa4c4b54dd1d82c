import { KubeConfig } from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { Failure } from '../../src/core/failure.ts';
import { Client } from '../../src/kubernetes/client.ts';
import type { Reach } from '../../src/kubernetes/reach.ts';
import type { Upstream } from '../../src/kubernetes/reflector.ts';
import { Transport } from '../../src/kubernetes/transport.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { RequestObservation } from '../../src/runtime/meter.ts';
import { controlPlane } from '../testbed/current.ts';

/** The adapter's lower half on the API server of the run, and what it tells. */
export interface Access extends AsyncDisposable {
  readonly client: Client;
  readonly reach: Reach;
  readonly transport: Transport;
  readonly upstream: Upstream;
  readonly failures: Failure[];
  /** Objects that were passed over. */
  readonly odd: string[];
  readonly relists: string[];
  /** Of watches: `BEFORE > AFTER`, with a dash for none. */
  readonly states: string[];
  readonly requests: RequestObservation[];
}

export interface AccessOptions {
  /** A proxy that speaks plain HTTP; left out: straight to the API server. */
  readonly url?: string;
  /** Left out: the administrator's. */
  readonly token?: string;
  readonly silenceMs?: number;
  /** Left out: as far as an operator goes that serves the whole cluster. */
  readonly reach?: Reach;
  /** The API server's CA is not known. */
  readonly untrusted?: boolean;
  /** What a kubeconfig calls insecure-skip-tls-verify. */
  readonly skipTLSVerify?: boolean;
}

/** Opens it. */
export function openAccess(options: AccessOptions = {}): Access {
  const { url, token, silenceMs, untrusted = false, skipTLSVerify = false } = options;
  const reach: Reach = options.reach ?? { namespaces: 'all', operatorNamespace: 'default' };
  const plane = controlPlane();
  const caData = untrusted ? {} : { caData: Buffer.from(plane.ca).toString('base64') };
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [
      url === undefined
        ? { name: 'c', server: plane.url, ...caData, skipTLSVerify }
        : { name: 'c', server: url, skipTLSVerify: true },
    ],
    users: [{ name: 'u', token: token ?? plane.token }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  const failures: Failure[] = [];
  const odd: string[] = [];
  const relists: string[] = [];
  const states: string[] = [];
  const requests: RequestObservation[] = [];
  const meter = { requested: (request: RequestObservation) => void requests.push(request) };
  const transport = new Transport({ kubeConfig, clock: systemClock, meter });
  const client = new Client(transport, reach);
  const upstream: Upstream = {
    client,
    clock: systemClock,
    onFailure: (failure) => void failures.push(failure),
    onOddObject: (kind, place) => void odd.push(`${kind} ${place}`),
    onRelist: (kind) => void relists.push(kind),
    onState: (_, before, after) => void states.push(`${before ?? '-'} > ${after ?? '-'}`),
    ...(silenceMs === undefined ? {} : { silenceMs }),
  };
  return {
    client,
    reach,
    transport,
    upstream,
    failures,
    odd,
    relists,
    states,
    requests,
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

/** `expect.poll` with patience for a machine that has much to do. */
export function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: 20_000, interval: 20 });
}
