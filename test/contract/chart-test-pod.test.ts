import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/terminal.ts';
import { openAccount } from '../rights/account.ts';
import { renderChart, type ChartContainer, type ChartObject, type ChartValues } from '../rights/chart.ts';
import { writeKubeconfig, type Kubeconfig } from '../scenario/trouble/kubeconfig.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { runCommand } from './command-terminal.ts';

/** What the pod of `helm test` does: its arguments, run by the program with the rights of the chart's account. */

const plane = controlPlane();
const namespace = await createNamespace('helm-test');
let kubeconfig: Kubeconfig;

beforeAll(async () => {
  const served = [namespace.name];
  // It asks what the operator itself never asks.
  const account = await openAccount({ plane, namespace: namespace.name, served, restarts: false, refused: true });
  kubeconfig = await writeKubeconfig(plane.url, account.token, plane.ca);
});
afterAll(async () => {
  await kubeconfig[Symbol.asyncDispose]();
  await namespace.remove();
});

interface TestPod extends ChartObject {
  readonly spec: { readonly containers: readonly ChartContainer[]; readonly serviceAccountName: string };
}

async function podOf(values: ChartValues = {}): Promise<TestPod> {
  const objects = await renderChart(plane.helmPath, namespace.name, { ...values, crds: { enabled: false } });
  const found = objects.find((object): object is TestPod => object.kind === 'Pod');
  if (found === undefined) throw new Error('the chart has no test');
  return found;
}

/** Runs it, and gives which of its looks failed. */
async function run(timeout: string): Promise<{ readonly code: number; readonly failed: readonly string[] }> {
  const [container] = (await podOf()).spec.containers;
  const here = [`--timeout=${timeout}`, `--kubeconfig=${kubeconfig.path}`, '--output=json'];
  const { code, out, told } = await runCommand([...(container?.args ?? []), ...here]);
  if (out === '') throw new Error(told.join('\n'));
  const looks = JSON.parse(out) as readonly { readonly name: string; readonly state: string }[];
  expect(looks.length).toBeGreaterThan(4);
  return { code, failed: looks.filter(({ state }) => state === 'failed').map(({ name }) => name) };
}

describe('The pod of `helm test`', () => {
  test('fails where nobody leads', async () => {
    expect(await run('1s')).toEqual({ code: EXIT.timeout, failed: ['leader'] });
  });

  test('succeeds where somebody leads, with no other rights than those of the operator', async () => {
    const renewTime = new Date().toISOString().replace('Z', '000Z');
    const spec = { holderIdentity: 'somebody', leaseDurationSeconds: 3_600, renewTime };
    const metadata = { name: 'beatkeys', namespace: namespace.name };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    await mustKubectl(plane, ['create', '-f', '-'], JSON.stringify(lease));
    expect(await run('1m')).toEqual({ code: EXIT.ok, failed: [] });
  });

  test("is the operator's image, with its account and at its Lease", async () => {
    const values = { image: { tag: '9.9.9' }, serviceAccount: { name: 'mine' }, leaderElection: { leaseName: 'own' } };
    const { spec } = await podOf(values);
    expect(spec).toMatchObject({
      serviceAccountName: 'mine',
      containers: [{ image: 'ghcr.io/beatkeys/beatkeys:9.9.9' }],
    });
    expect(spec.containers[0]?.args).toContain('--lease=own');
  });
});
