import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FollowedWorkloads } from '../../src/kubernetes/workloads.ts';
import { createRestrictedUser } from '../scenario/trouble/restricted-user.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { openAccess } from './kubernetes-access.ts';
import { openWorkloadSite, patiently, type WorkloadSite } from './workload-site.ts';

const NONE = { spec: { replicas: 0 } };
const READ = ['get', 'list', 'watch'];

describe('a kind of workload', () => {
  let site: WorkloadSite;

  beforeEach(async () => {
    site = await openWorkloadSite();
  });
  afterEach(() => site[Symbol.asyncDispose]());

  /** Lists and watches of workloads, in order: `list daemonsets`. */
  const asked = () =>
    site.proxy.seen
      .filter(({ url }) => url.pathname.startsWith('/apis/apps/'))
      .map(({ url }) => `${url.searchParams.has('watch') ? 'watch' : 'list'} ${url.pathname.split('/').at(-1)}`);
  const at = (kind: 'DaemonSet' | 'Deployment' | 'StatefulSet', name: string) => ({
    kind,
    namespace: site.namespace,
    name,
  });
  const notListed = (kind: string) => ({
    known: false,
    failure: {
      kind: 'unavailable',
      operation: `watch ${kind}s`,
      code: 'NotListedYet',
      detail: `${kind}s have not been listed yet`,
    },
  });

  test('is listed when it is first named, once, and no other is', async () => {
    await site.apply('Deployment', 'web', NONE);
    site.run();
    expect(site.workloads.peek(at('Deployment', 'web'))).toMatchObject(notListed('Deployment'));
    site.workloads.follow(['Deployment']);
    await site.until(at('Deployment', 'web'), { desired: 0 });
    site.workloads.follow(['Deployment', 'Deployment']);
    site.workloads.follow(['StatefulSet']);
    await patiently(() => site.workloads.peek(at('StatefulSet', 'db'))).toEqual({ known: true, value: undefined });
    await patiently(() => site.proxy.watches).toBe(2);
    expect(asked().toSorted()).toEqual([
      'list deployments',
      'list statefulsets',
      'watch deployments',
      'watch statefulsets',
    ]);
    expect(site.workloads.peek(at('DaemonSet', 'beat'))).toMatchObject(notListed('DaemonSet'));
  });

  test('that was named before the watches run is listed when they do', async () => {
    site.workloads.follow(['DaemonSet']);
    expect(site.workloads.peek(at('DaemonSet', 'beat'))).toMatchObject(notListed('DaemonSet'));
    expect(asked()).toEqual([]);
    site.run();
    await patiently(() => site.workloads.peek(at('DaemonSet', 'beat'))).toEqual({ known: true, value: undefined });
  });

  test('is unknown while its list does not come, and whoever asked is told when it is there', async () => {
    site.proxy.fault = ({ url }) => (url.pathname.endsWith('/deployments') ? { status: 503 } : undefined);
    site.workloads.follow(['Deployment']);
    expect(site.workloads.peek(at('Deployment', 'missing'))).toMatchObject(notListed('Deployment'));
    site.run();
    const unavailable = { known: false, failure: { kind: 'unavailable', code: 'HTTP 503' } };
    await patiently(() => site.workloads.peek(at('Deployment', 'missing'))).toMatchObject(unavailable);
    expect(site.told.map(({ place }) => place)).toEqual([at('Deployment', 'missing')]);
    site.proxy.fault = () => undefined;
    await patiently(() => site.told.at(-1)).toEqual({
      place: at('Deployment', 'missing'),
      known: { known: true, value: undefined },
    });
    expect(site.told).toHaveLength(2);
  });

  test('stays known while its watch is interrupted, and makes up for what it missed', async () => {
    const place = await site.apply('Deployment', 'web', NONE);
    site.workloads.follow(['Deployment']);
    site.run();
    const seen = await site.until(place, { observed: true });
    await patiently(() => site.proxy.watches).toBe(1);
    site.proxy.fault = () => ({ status: 503 });
    site.proxy.cut();
    await patiently(() => site.access.failures.length).toBeGreaterThan(0);
    await site.kubectl('patch', 'deployment', 'web', '-p', '{"spec":{"paused":true}}');
    expect(site.workloads.peek(place)).toEqual({ known: true, value: seen });
    site.proxy.fault = () => undefined;
    await site.until(place, { observed: true, heldBy: 'paused' });
  });

  test('is told of where what is known of a workload changes, and of nothing else', async () => {
    const place = await site.apply('StatefulSet', 'db', NONE);
    await site.apply('StatefulSet', 'other', NONE);
    site.workloads.follow(['StatefulSet']);
    site.run();
    await site.until(place, { observed: true });
    await site.until(at('StatefulSet', 'other'), { observed: true });
    const before = site.told.length;
    await site.kubectl('label', 'statefulset', 'db', 'team=network');
    await site.kubectl('annotate', 'statefulset', 'db', 'example.com/note=x');
    await site.kubectl('scale', 'statefulset', 'db', '--replicas=1');
    await site.until(place, { observed: true, desired: 1, updated: 1, available: 1 });
    await site.kubectl('delete', 'statefulset', 'db', '--cascade=foreground');
    await patiently(() => site.workloads.peek(place)).toEqual({ known: true, value: undefined });
    const told = site.told.slice(before);
    expect(told[0]).toMatchObject({ place, known: { value: { desired: 1 } } });
    expect(told.at(-1)).toEqual({ place, known: { known: true, value: undefined } });
    expect(told.filter((each) => each.place.name !== 'db')).toEqual([]);
    const states = told.map(({ known }) => JSON.stringify(known));
    expect(states.filter((state, index) => state === states[index - 1])).toEqual([]);
  });
});

test('what RBAC refuses is named, in its namespace alone, until the right is there', async () => {
  const plane = controlPlane();
  const allowed = await createNamespace('allowed');
  const refused = await createNamespace('refused');
  const namespaces = [allowed.name, refused.name];
  const user = await createRestrictedUser(allowed.name, namespaces);
  const grant = async (namespace: string, verbs: readonly string[], resource: string) => {
    const role = `${resource.split('.')[0]}-${verbs.length}`;
    const account = `--serviceaccount=${allowed.name}:restricted-${allowed.name}`;
    const rights = [...verbs.map((verb) => `--verb=${verb}`), `--resource=${resource}`];
    await mustKubectl(plane, ['-n', namespace, 'create', 'role', role, ...rights]);
    await mustKubectl(plane, ['-n', namespace, 'create', 'rolebinding', role, `--role=${role}`, account]);
  };
  await grant(allowed.name, READ, 'deployments.apps');
  await using access = openAccess({ token: user.token });
  const workloads = new FollowedWorkloads(access.upstream, namespaces);
  const told: string[] = [];
  workloads.subscribe(({ namespace, name }) => told.push(`${namespace}/${name}`));
  workloads.follow(['Deployment']);
  const at = (namespace: string) => ({ kind: 'Deployment', namespace, name: 'web' }) as const;
  workloads.peek(at(refused.name));
  const stop = new AbortController();
  const running = workloads.run(stop.signal);
  try {
    await patiently(() => workloads.peek(at(allowed.name))).toEqual({ known: true, value: undefined });
    await patiently(() => workloads.peek(at(refused.name))).toMatchObject({
      known: false,
      failure: {
        kind: 'denied',
        operation: 'list Deployments',
        detail: `the operator lacks the right to list deployments.apps in namespace ${refused.name}`,
      },
    });
    expect(told).toContain(`${refused.name}/web`);
    await expect(workloads.read(at(refused.name))).rejects.toMatchObject({
      kind: 'denied',
      detail: `the operator lacks the right to get deployments.apps in namespace ${refused.name}`,
    });

    await mustKubectl(plane, ['-n', allowed.name, 'create', 'deployment', 'web', '--image=none', '--replicas=0']);
    const workload = await workloads.read(at(allowed.name));
    if (workload === undefined) throw new Error('the Deployment is not there');
    await expect(workloads.pods(workload)).rejects.toMatchObject({
      kind: 'denied',
      detail: `the operator lacks the right to list pods in namespace ${allowed.name}`,
    });
    await expect(workloads.restart(workload, 'beatkeys.dev/filebeat', 'K1')).rejects.toMatchObject({
      kind: 'denied',
      detail: `the operator lacks the right to patch deployments.apps in namespace ${allowed.name}`,
    });
    await grant(allowed.name, ['list'], 'pods');
    await grant(allowed.name, ['patch'], 'deployments.apps');
    await patiently(() => workloads.pods(workload).catch(() => 'refused')).toEqual([]);
    const restart = () => workloads.restart(workload, 'beatkeys.dev/filebeat', 'K1').catch(() => undefined);
    await patiently(restart).toMatchObject({ keyIDs: { 'beatkeys.dev/filebeat': 'K1' } });

    await grant(refused.name, READ, 'deployments.apps');
    await patiently(() => workloads.peek(at(refused.name))).toEqual({ known: true, value: undefined });
  } finally {
    stop.abort();
    await running;
    await allowed.remove();
    await refused.remove();
  }
});

test('a namespace that is not served is not known, nor asked for', async () => {
  const { name: namespace, remove } = await createNamespace('served');
  await using access = openAccess();
  const workloads = new FollowedWorkloads(access.upstream, [namespace]);
  workloads.follow(['Deployment']);
  const stop = new AbortController();
  const running = workloads.run(stop.signal);
  await patiently(() => workloads.peek({ kind: 'Deployment', namespace, name: 'web' })).toMatchObject({ known: true });
  const elsewhere = workloads.peek({ kind: 'Deployment', namespace: 'kube-system', name: 'coredns' });
  expect(elsewhere).toMatchObject({ known: false, failure: { kind: 'unavailable', code: 'NotListedYet' } });
  stop.abort();
  await running;
  await remove();
});
