import { afterAll, expect, test } from 'vitest';
import { rightsFor } from '../../src/kubernetes/rights.ts';
import { describeRight } from '../../src/kubernetes/self-check.ts';
import { Operator } from '../operator/operator.ts';
import { openAccount } from '../rights/account.ts';
import { RELEASE } from '../rights/chart.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { writeKubeconfig } from './trouble/kubeconfig.ts';
import { openTrouble } from './trouble/open.ts';

const plane = controlPlane();
const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

/** What the operator said is missing. */
const missing = ({ lines }: Operator): readonly string[] =>
  lines
    .filter((line) => line.includes('lacks the right') && line.includes('the chart grants it'))
    .map((line) => (JSON.parse(line) as { message: string }).message);

test('an operator without rights says each that is missing, waits, and works once it has them', async () => {
  const [{ name: namespace, remove: removeOwn }, { name: served, remove }] = [
    await createNamespace('rightless'),
    await createNamespace('rightless-served'),
  ];
  for (const each of [removeOwn, remove]) stack.defer(each);
  await mustKubectl(plane, ['create', 'serviceaccount', RELEASE, '-n', namespace]);
  const token = await mustKubectl(plane, ['create', 'token', RELEASE, '-n', namespace]);
  const kubeconfig = stack.use(await writeKubeconfig(plane.url, token.trim(), plane.ca));
  const operator = new Operator({ kubeconfig: kubeconfig.path, namespace, watch: [served] });
  stack.defer(() => operator.kill());
  const rights = rightsFor({
    namespaces: [served],
    operatorNamespace: namespace,
    lease: { name: 'beatkeys' },
    restartConsumers: false,
  });
  await operator.untilLine(/lacks the right to watch namespaces .* the chart grants it/);
  expect(missing(operator).toSorted()).toEqual(rights.map(describeRight).toSorted());
  expect(await operator.readiness()).toBe(503);
  await openAccount({ plane, namespace, served: [served], restarts: false, refused: true });
  await operator.untilLine('the operator has every right that it needs now');
  await operator.untilLine('leading');
  expect(await operator.readiness()).toBe(200);
  // Each was said once, however often it was looked for.
  expect(missing(operator)).toHaveLength(rights.length);
  await operator.stop();
});

test('one that shall restart consumers and may not is not ready, and does all the rest', async () => {
  const trouble = await openTrouble({ settings: { BEATKEYS_RESTART_CONSUMERS: 'true' } });
  stack.defer(() => trouble.close());
  const { world, site } = trouble;
  const { operator, home } = world;
  const { namespace } = site.objects;
  await operator.untilLine(/lacks the right to patch statefulsets.* the chart grants it/);
  expect(missing(operator)).toEqual(
    ['daemonsets', 'deployments', 'statefulsets'].map(
      (plural) =>
        `the operator lacks the right to patch ${plural}.apps in namespace ${namespace}; the chart grants it by rbac.restartConsumers`,
    ),
  );
  expect(await operator.readiness()).toBe(503);
  await site.objects.issue('served', { roleDescriptors: { role: { cluster: ['monitor'] } } });
  await openAccount({ plane, namespace: home.namespace, served: [namespace], restarts: true });
  await operator.untilLine('the operator has every right that it needs now');
  expect(await operator.readiness()).toBe(200);
});
