import { afterAll, describe, expect, test } from 'vitest';
import { startFaultProxy, type Seen } from '../contract/fault-proxy.ts';
import { controlPlane } from '../testbed/current.ts';
import { openConsumed } from './consumers/open.ts';
import { runs, untilOut } from './consumers/roll-out.ts';
import { consumed, expectWell, staysWaiting, turn, untilRetired, untilWaitsFor } from './consumers/turn.ts';
import { condition } from './objects.ts';
import { writeKubeconfig } from './trouble/kubeconfig.ts';
import { createRestrictedUser, type Rule } from './trouble/restricted-user.ts';

const kubernetes = await startFaultProxy(controlPlane());
const trouble = await openConsumed({ guests: 2, connection: { allowedNamespaces: { from: 'All' } } });
const { site, world } = trouble;
const served = [site.objects, ...site.guests];
const user = await createRestrictedUser(
  world.home.namespace,
  [world.home, ...served].map(({ namespace }) => namespace),
  'create',
  'patch',
  'delete',
);
const kubeconfig = await writeKubeconfig(kubernetes.url, user.token);

/** As in the documentation: what reading needs, and what restarts need beside. */
const workloads = (...verbs: readonly string[]): Rule => ({
  apiGroups: ['apps'],
  resources: ['daemonsets', 'deployments', 'statefulsets'],
  verbs,
});
const READ = ['get', 'list', 'watch'] as const;
const pods: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['list'] };
const everything = [workloads(...READ, 'patch'), pods];

const [unpatched, unlisted, unread] = served.map((objects) => ({ ...trouble, site: { ...site, objects } }));
if (unpatched === undefined || unlisted === undefined || unread === undefined)
  throw new Error('a namespace is missing');

await user.grant(unpatched.site.objects.namespace, workloads(...READ), pods);
await user.grant(unlisted.site.objects.namespace, workloads(...READ, 'patch'));
await world.operator.stop();
await world.startOperator({ kubeconfig: kubeconfig.path });
afterAll(async () => {
  await trouble.close();
  await kubeconfig[Symbol.asyncDispose]();
  await kubernetes[Symbol.asyncDispose]();
});

/** Through the connection that all namespaces share. */
const shared = { connectionRef: { name: 'main', namespace: site.objects.namespace } };
const restart = true;

describe('An operator without the right', { concurrent: true }, () => {
  test('to change workloads says so in the condition of a ready object, and restarts them once it has it', async () => {
    const { site: place } = unpatched;
    const { objects } = place;
    await runs(objects, 'Deployment', 'kept');
    const replaced = await turn(place, 'kept', [{ kind: 'Deployment', name: 'kept', restart }], shared);
    const words = 'Deployment/kept 0 of 2 pods';
    await untilWaitsFor(place, replaced, words);
    await staysWaiting(unpatched, replaced, words);
    const object = await objects.ready('kept');
    expect(condition(object, 'Ready')).toMatchObject({
      reason: 'KeyReady',
      message: `key ${replaced.second.status?.keyID} is in Secret kept; Deployment/kept could not be restarted: Kubernetes: patch Deployment: the operator lacks the right to patch deployments.apps in namespace ${objects.namespace}`,
    });
    await user.grant(objects.namespace, ...everything);
    const done = await untilRetired(place, replaced);
    expect(condition(done, 'Ready')?.message).toBe(`key ${replaced.second.status?.keyID} is in Secret kept`);
    expect((await objects.find('Deployment', 'kept'))?.metadata.generation).toBe(2);
  });

  test('to list pods restarts workloads, and keeps the old key until it may see that none has it', async () => {
    const { site: place } = unlisted;
    const { objects } = place;
    await runs(objects, 'StatefulSet', 'unseen');
    const replaced = await turn(place, 'unseen', [{ kind: 'StatefulSet', name: 'unseen', restart }], shared);
    const words = `StatefulSet/unseen: Kubernetes: list Pods: the operator lacks the right to list pods in namespace ${objects.namespace}`;
    await untilWaitsFor(place, replaced, words);
    await staysWaiting(unlisted, replaced, words);
    expect((await untilOut(objects, 'StatefulSet', 'unseen')).metadata.generation).toBe(2);
    await user.grant(objects.namespace, ...everything);
    await untilRetired(place, replaced);
    expect((await objects.find('StatefulSet', 'unseen'))?.metadata.generation).toBe(2);
  });

  test('to read workloads keeps the old key, and goes on once it has it', async () => {
    const { site: place } = unread;
    const { objects } = place;
    await runs(objects, 'DaemonSet', 'unread');
    const replaced = await turn(place, 'unread', [{ kind: 'DaemonSet', name: 'unread', restart }], shared);
    const words = `DaemonSet/unread: Kubernetes: list DaemonSets: the operator lacks the right to list daemonsets.apps in namespace ${objects.namespace}`;
    await untilWaitsFor(place, replaced, words);
    await staysWaiting(unread, replaced, words);
    await user.grant(objects.namespace, ...everything);
    await untilRetired(place, replaced);
    expect((await objects.find('DaemonSet', 'unread'))?.metadata.generation).toBe(2);
  });
});

describe('A workload that Kubernetes does not let be changed for now', () => {
  test('does not keep a leaked key alive, and is restarted when it can be', async () => {
    const { objects } = site;
    await user.grant(objects.namespace, ...everything);
    await runs(objects, 'Deployment', 'guarded');
    const consumers = [{ kind: 'Deployment', name: 'guarded', restart }] as const;
    const first = await objects.issue('guarded', consumed(consumers, { overlap: '10h' }));
    const old = await site.beat('guarded');
    // As when an admission webhook is down.
    const isRestart = ({ method, url }: Seen) => method === 'PATCH' && url.pathname.endsWith('/deployments/guarded');
    kubernetes.fault = (request) => (isRestart(request) ? { status: 500, body: { kind: 'Status' } } : undefined);
    await objects.applyKey('guarded', consumed(consumers, { overlap: '10h', revokeRequest: 'leak-4711' }));
    const second = await objects.until(
      'BeatApiKey',
      'guarded',
      'a revocation',
      ({ status }) => status?.handledRevokeRequest === 'leak-4711',
    );
    expect(second.status).not.toHaveProperty('retiring');
    expect(await old.authenticate()).toBe(401);
    expect(condition(second, 'Ready')).toMatchObject({ status: 'True', reason: 'Unavailable' });
    expect(await (await site.beat('guarded')).authenticate()).toBe(200);
    kubernetes.fault = () => undefined;
    const done = await objects.rotated('guarded', first);
    expectWell(done);
    const { spec } = await untilOut(objects, 'Deployment', 'guarded');
    expect(spec.template.metadata?.annotations).toEqual({ 'beatkeys.dev/guarded': done.status?.keyID });
  });
});
