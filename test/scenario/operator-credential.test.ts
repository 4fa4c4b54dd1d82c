import { afterAll, describe, expect, test, type TestContext } from 'vitest';
import { elasticsearchVersions } from '../testbed/current.ts';
import { createLendingUser, everyPreset } from './lending-user.ts';
import { connection } from './manifests.ts';
import { condition } from './objects.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

const world = await openWorld();
afterAll(() => world.close());

const monitor = { role: { cluster: ['monitor'] } };

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const site: Site = world.site(version);
  const { objects, node } = site;

  /** A connection as a user of its own, to which a test may do what it likes. */
  const connect = async (name: string, { onTestFinished }: TestContext) => {
    const user = await createLendingUser(node, everyPreset);
    onTestFinished(() => user[Symbol.asyncDispose]());
    world.leaks.note(user.password);
    await objects.apply(...connection(objects.namespace, name, node, user));
    return { user, spec: { connectionRef: { name }, roleDescriptors: monitor } };
  };

  test('a password that is changed on both sides costs no restart, and no object fails', async (context) => {
    const { user, spec } = await connect('changing', context);
    const before = await objects.issue('steady', spec);
    const password = await user.changePassword();
    world.leaks.note(password);
    await objects.patch('Secret', 'changing-credential', { stringData: { password } });
    // What needs the new password: a new key, and a change of the old one.
    await objects.issue('fresh', spec);
    const after = await objects.issue('steady', {
      ...spec,
      roleDescriptors: { role: { cluster: ['monitor', 'read_pipeline'] } },
    });
    expect(after.status?.keyID).toBe(before.status?.keyID);
    expect(condition(after, 'Ready')?.lastTransitionTime).toBe(condition(before, 'Ready')?.lastTransitionTime);
    expect(await (await site.beat('steady')).mayReadPipelines()).toBe(true);
    expect(world.operator.runs).toBe(true);
    const events = (await objects.list('Event')).filter(({ regarding }) =>
      ['steady', 'fresh'].includes(regarding.name),
    );
    expect(events.filter(({ reason }) => reason === 'Stalled')).toEqual([]);
  });

  test('a wrong password is told by the connection, while keys and objects stay as they are', async (context) => {
    const { spec } = await connect('other', context);
    await objects.issue('kept', spec);
    await objects.patch('Secret', 'other-credential', { stringData: { password: 'not the password' } });
    const refused = await objects.connectionRefused('other', 'Unauthorized');
    expect(condition(refused, 'Stalled')?.status).toBe('True');
    await objects.event('other', 'ConnectionFailed');
    const kept = await objects.until(
      'BeatApiKey',
      'kept',
      'waiting',
      (o) => condition(o, 'Reconciling')?.status === 'True',
    );
    expect(condition(kept, 'Ready')?.status).toBe('True');
    expect(await (await site.beat('kept')).authenticate()).toBe(200);
  });

  test('another user means new keys; those of the former one, which this one cannot see, are named', async (context) => {
    const { user, spec } = await connect('handed', context);
    const { user: successor } = await connect('unused', context);
    const before = await objects.issue('heir', { ...spec, rotation: { overlap: '1s' } });
    const { username, password } = successor;
    await objects.patch('Secret', 'handed-credential', { stringData: { username, password } });
    const after = await objects.rotated('heir', before);
    expect(after.status).toMatchObject({ keyOwner: { username }, lastRotation: { reason: 'OwnerChanged' } });
    const told = await objects.kubectl(['describe', 'beatapikey', 'heir']);
    expect(told).toContain(`${before.status?.keyID} of user ${user.username}`);
    expect(await (await site.beat('heir')).authenticate()).toBe(200);

    // With the right to, it takes them away by itself.
    await successor.hold({ ...everyPreset, cluster: [...everyPreset.cluster, 'manage_api_key'] });
    await objects.until('BeatApiKey', 'heir', 'retirement', ({ status }) => !status?.retiring);
    const living = (await site.keys(after)).filter(({ invalidated }) => !invalidated);
    expect(living.map(({ id }) => id)).toEqual([after.status?.keyID]);
    await objects.remove('BeatApiKey', 'heir');
    await objects.untilGone('BeatApiKey', 'heir');
  });
});
