import { startOperator, type Operator } from '../operator/operator.ts';
import { writeKubeconfig } from '../scenario/trouble/kubeconfig.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import type { ControlPlane } from '../testbed/servers.ts';

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly containers: readonly { readonly env?: readonly Variable[]; readonly args?: readonly string[] }[];
  };
}

/** The operator of an installation, and the token that it acts with. */
export interface Deployed extends AsyncDisposable {
  readonly operator: Operator;
  readonly token: string;
}

/**
 * Runs the bundled operator as one of the Deployment's pods would: with the environment of its container, as its service
 * account. Where pods are played nobody else does. Only the port is another one.
 */
export async function runDeployed(plane: ControlPlane, namespace: string): Promise<Deployed> {
  const pod = await firstPod(plane, namespace);
  const asked = ['create', 'token', pod.spec.serviceAccountName, '-n', namespace, '--duration=1h'];
  const token = (await mustKubectl(plane, asked)).trim();
  const kubeconfig = await writeKubeconfig(plane.url, token, plane.ca);
  const settings = environmentOf(pod);
  const watch = (settings['BEATKEYS_WATCH_NAMESPACES'] ?? '').split(',').filter((name) => name !== '');
  const reachable = { BEATKEYS_TELEMETRY_HOST: '127.0.0.1', BEATKEYS_TELEMETRY_PORT: '0' };
  const operator = await startOperator({
    ...{ kubeconfig: kubeconfig.path, namespace, watch },
    settings: { ...settings, ...reachable },
  });
  return {
    ...{ operator, token },
    async [Symbol.asyncDispose]() {
      if (operator.runs) await operator.stop();
      await kubeconfig[Symbol.asyncDispose]();
    },
  };
}

async function firstPod(plane: ControlPlane, namespace: string): Promise<Pod> {
  const wanted = ['get', 'pods', '-n', namespace, '-l', 'app.kubernetes.io/name=beatkeys', '-o', 'json'];
  const { items } = JSON.parse(await mustKubectl(plane, wanted)) as { readonly items: readonly Pod[] };
  const [pod] = items;
  if (pod === undefined) throw new Error(`no pod of the operator is in namespace ${namespace}`);
  return pod;
}

/** As the kubelet resolves it. Throws where a variable comes from what this test bed does not play. */
function environmentOf({ metadata, spec }: Pod): Readonly<Record<string, string>> {
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
  };
  const [container] = spec.containers;
  return Object.fromEntries(
    (container?.env ?? []).map(({ name, value, valueFrom }) => {
      const found = value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''];
      if (found === undefined) throw new Error(`nobody says what ${name} is`);
      return [name, found];
    }),
  );
}
