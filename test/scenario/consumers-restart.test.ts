import { afterAll, describe, expect, test } from 'vitest';
import type { BeatApiKey } from '../../src/api/types.ts';
import type { WorkloadKind } from '../../src/core/workload.ts';
import { podsOf, runs, untilOut } from './consumers/roll-out.ts';
import { consumed, turn, turnFrom, untilRetired, untilWaitsFor } from './consumers/turn.ts';
import { workload } from './consumers/workload.ts';
import { openConsumed } from './consumers/open.ts';
import { rounds } from './trouble/rounds.ts';

const { site, world, close } = await openConsumed();
afterAll(close);
const { objects } = site;

const KINDS: readonly WorkloadKind[] = ['DaemonSet', 'Deployment', 'StatefulSet'];
const restart = true;

/** Annotations of a workload's pod template, and how often its spec has been changed. */
async function template(kind: WorkloadKind, name: string) {
  const found = await objects.find(kind, name);
  return {
    annotations: found?.spec.template.metadata?.annotations ?? {},
    generation: found?.metadata.generation,
  };
}

/** What the operator has noted in the template of a workload that it restarted so often since it was made. */
const noted = (times: number, keys: Readonly<Record<string, BeatApiKey>>) => ({
  annotations: Object.fromEntries(
    Object.entries(keys).map(([secret, { status }]) => [`beatkeys.dev/${secret}`, status?.keyID]),
  ),
  generation: 1 + times,
});

describe('With restart: true', { concurrent: true }, () => {
  test.each(KINDS)('a %s is restarted once for each new key, and not for the first', async (kind) => {
    const name = `restarted-${kind.toLowerCase()}`;
    await runs(objects, kind, name);
    const first = await objects.issue(name, consumed([{ kind, name, restart }], { request: 'one' }));
    expect(await template(kind, name)).toEqual(noted(0, {}));
    const replaced = await turnFrom(site, first, consumed([{ kind, name, restart }], { request: 'two' }));
    const { second } = replaced;
    expect(await template(kind, name)).toEqual(noted(1, { [name]: second }));
    expect(await objects.event(name, 'ConsumersRestarted')).toBe(
      `restarted to take up key ${second.status?.keyID}: ${kind}/${name}`,
    );
    await untilRetired(site, replaced);
    const pods = await podsOf(objects, name);
    expect(pods.length).toBeGreaterThan(0);
    for (const { metadata } of pods) expect(metadata.annotations?.[`beatkeys.dev/${name}`]).toBe(second.status?.keyID);
    await rounds(world.operator, 2);
    expect(await template(kind, name)).toEqual(noted(1, { [name]: second }));
    const again = await turnFrom(site, second, consumed([{ kind, name, restart }], { request: 'three' }));
    expect(await template(kind, name)).toEqual(noted(2, { [name]: again.second }));
    await untilRetired(site, again);
  });

  test('nothing is restarted where the key is changed in place', async () => {
    const name = 'updated';
    const consumers = [{ kind: 'Deployment', name, restart }] as const;
    await runs(objects, 'Deployment', name);
    const replaced = await turn(site, name, consumers);
    await untilRetired(site, replaced);
    const spec = { ...consumed(consumers, { request: 'two' }), metadata: { team: 'network' } };
    const updated = await objects.issue(name, spec);
    expect(updated.status?.keyID).toBe(replaced.second.status?.keyID);
    expect(await objects.event(name, 'KeyUpdated')).toContain(updated.status?.keyID);
    expect(await template('Deployment', name)).toEqual(noted(1, { [name]: updated }));
  });

  test('one workload takes up the keys of two objects, each in its turn', async () => {
    await runs(objects, 'DaemonSet', 'shared', { secret: 'left' });
    const consumers = [{ kind: 'DaemonSet', name: 'shared', restart }] as const;
    const [left, right] = await Promise.all([turn(site, 'left', consumers), turn(site, 'right', consumers)]);
    const both = { left: left.second, right: right.second };
    expect(await template('DaemonSet', 'shared')).toEqual(noted(2, both));
    await Promise.all([untilRetired(site, left), untilRetired(site, right)]);
    const again = await turnFrom(site, left.second, consumed(consumers, { request: 'three' }));
    await untilRetired(site, again);
    expect(await template('DaemonSet', 'shared')).toEqual(noted(3, { ...both, left: again.second }));
  });

  test('a revoked key is dead at once, whatever holds its consumer up, which is restarted all the same', async () => {
    const name = 'revoked';
    await runs(objects, 'Deployment', name);
    await objects.kubectl(['rollout', 'pause', `deployment/${name}`]);
    const consumers = [{ kind: 'Deployment', name, restart }] as const;
    const first = await objects.issue(name, consumed(consumers, { overlap: '10h' }));
    const revoked = await turnFrom(site, first, consumed(consumers, { overlap: '10h', revokeRequest: 'leak-4711' }));
    expect(revoked.second.status).not.toHaveProperty('retiring');
    expect(await revoked.old.authenticate()).toBe(401);
    expect(await template('Deployment', name)).toEqual(noted(2, { [name]: revoked.second }));
    await untilRetired(site, revoked);
    await objects.kubectl(['rollout', 'resume', `deployment/${name}`]);
    await untilOut(objects, 'Deployment', name);
  });

  test.each([
    [
      'killed at the server',
      'KeyInvalid',
      async (object: BeatApiKey): Promise<void> => {
        // Elasticsearch would not find a key so young, and leave it alive.
        await site.keys(object);
        await site.node.request('DELETE', '/_security/api_key', { ids: [object.status?.keyID] });
      },
    ],
    [
      'gone with its Secret',
      'SecretMissing',
      ({ metadata }: BeatApiKey): Promise<void> => objects.remove('Secret', metadata.name),
    ],
  ] as const)('the successor of a key that was %s is taken up at once', async (_how, reason, lose) => {
    const name = reason.toLowerCase();
    await runs(objects, 'DaemonSet', name);
    const first = await objects.issue(name, consumed([{ kind: 'DaemonSet', name, restart }]));
    await lose(first);
    const second = await objects.rotated(name, first);
    expect(second.status?.lastRotation?.reason).toBe(reason);
    await objects.event(name, 'ConsumersRestarted');
    expect(await template('DaemonSet', name)).toEqual(noted(1, { [name]: second }));
    await untilOut(objects, 'DaemonSet', name);
    await site.untilOneLives(second);
    expect(await (await site.beat(name)).authenticate()).toBe(200);
    expect(await template('DaemonSet', name)).toEqual(noted(1, { [name]: second }));
  });

  test('a consumer that is named, or told to be restarted, when the key has long been replaced is restarted', async () => {
    const name = 'joined';
    await runs(objects, 'Deployment', name);
    await runs(objects, 'StatefulSet', name);
    const replaced = await turn(site, name, [{ kind: 'Deployment', name }]);
    await untilWaitsFor(site, replaced, 'Deployment/joined 0 of 2 pods');
    const later = [
      { kind: 'Deployment', name, restart },
      { kind: 'StatefulSet', name, restart },
    ] as const;
    await objects.applyKey(name, consumed(later, { request: 'two' }));
    await untilRetired(site, replaced);
    for (const { kind } of later) expect(await template(kind, name)).toEqual(noted(1, { [name]: replaced.second }));
  });

  test.each([
    ['by the client', 'applied', ['apply', '-f', '-']],
    ['at the server', 'applied-at-server', ['apply', '--server-side', '-f', '-']],
  ] as const)('a manifest that is applied again %s leaves the note alone and restarts nothing', async (...row) => {
    const [, name, args] = row;
    const manifest = (team: string) =>
      JSON.stringify(workload('Deployment', objects.namespace, name, { annotations: { team } }));
    await objects.kubectl(args, manifest('network'));
    await untilOut(objects, 'Deployment', name);
    const replaced = await turn(site, name, [{ kind: 'Deployment', name, restart }]);
    await untilRetired(site, replaced);
    const before = await template('Deployment', name);
    const note = { [`beatkeys.dev/${name}`]: replaced.second.status?.keyID };
    expect(before.annotations).toEqual({ team: 'network', ...note });
    await objects.kubectl(args, manifest('network'));
    expect(await template('Deployment', name)).toEqual(before);
    // A change of its own rolls out with the note in place.
    await objects.kubectl(args, manifest('edge'));
    const { metadata, spec } = await untilOut(objects, 'Deployment', name);
    expect(spec.template.metadata?.annotations).toEqual({ team: 'edge', ...note });
    const owners = metadata.managedFields?.filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('beatkeys.dev/'));
    expect(owners).toMatchObject([{ manager: 'beatkeys-restart' }]);
  });
});
