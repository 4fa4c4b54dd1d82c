import { afterAll, describe, expect, test } from 'vitest';
import type { BeatApiKeySpec } from '../../src/api/types.ts';
import { elasticsearchVersions } from '../testbed/current.ts';
import { beatApiKey, connection, secret } from './manifests.ts';
import type { Objects } from './objects.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

const world = await openWorld({ guests: 1 });
afterAll(() => world.close());

const monitor = { role: { cluster: ['monitor'] } };
/** A descriptor with fields that the types know nothing of. */
const written = (role: object) => ({ roleDescriptors: { role } }) as Partial<BeatApiKeySpec>;

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const { objects, guests, node, user, ...site }: Site = world.site(version);

  /**
   * Waits for a refusal: the condition is what `kubectl describe` shows, an event tells, and nothing was made: no key,
   * no Secret, no finalizer.
   */
  const refused = async (name: string, reason: string, sentence: string, where: Objects = objects): Promise<void> => {
    const { metadata } = await where.refused(name, reason);
    expect(await where.event(name, 'Stalled')).toContain(sentence);
    const told = await where.kubectl(['describe', 'beatapikey', name]);
    for (const text of [sentence, `Reason:                ${reason}`]) expect(told).toContain(text);
    expect(await site.keys({ metadata })).toEqual([]);
    expect(metadata).not.toHaveProperty('finalizers');
  };

  const works = async (name: string, where: Objects = objects): Promise<void> => {
    const { metadata } = await where.ready(name);
    expect(await site.keys({ metadata })).toHaveLength(1);
    expect(await where.event(name, 'Recovered')).toContain(`is in Secret ${name}`);
  };

  test('a connection that is not there yet', async () => {
    await objects.applyKey('early', { connectionRef: { name: 'later' }, roleDescriptors: monitor });
    await refused('early', 'ConnectionNotFound', 'there is no ElasticsearchConnection later');
    await objects.apply(...connection(objects.namespace, 'later', node, user));
    await works('early');
  });

  test('a namespace that the connection does not allow, until it is labelled', async () => {
    const [guest] = guests;
    if (guest === undefined) throw new Error('the world has no guest');
    const selector = { matchLabels: { 'example.com/shared': 'yes' } };
    const allowedNamespaces = { from: 'Selector', selector } as const;
    await objects.apply(...connection(objects.namespace, 'shared', node, user, { allowedNamespaces }));
    await objects.connected('shared');
    const connectionRef = { name: 'shared', namespace: objects.namespace };
    await guest.applyKey('guest', { connectionRef, roleDescriptors: monitor });
    await refused('guest', 'NamespaceNotAllowed', `the labels of namespace ${guest.namespace} do not match`, guest);
    await guest.kubectl(['label', 'namespace', guest.namespace, 'example.com/shared=yes']);
    await works('guest', guest);
  });

  test('more than the policy of the connection holds, until the policy does', async () => {
    const policy = (...cluster: readonly string[]) => ({ policy: { roleDescriptor: { cluster } } });
    await objects.apply(...connection(objects.namespace, 'strict', node, user, policy('monitor')));
    await objects.connected('strict');
    const roleDescriptors = { role: { cluster: ['monitor', 'read_pipeline'] } };
    await objects.applyKey('greedy', { connectionRef: { name: 'strict' }, roleDescriptors });
    await refused('greedy', 'PolicyViolation', 'spec.roleDescriptors.role.cluster: read_pipeline');
    await objects.apply(...connection(objects.namespace, 'strict', node, user, policy('monitor', 'read_pipeline')));
    await works('greedy');
  });

  test('a Secret of the name that is not ours: it stays as it is, byte for byte, until it is gone', async () => {
    await objects.apply(secret(objects.namespace, 'taken', { id: 'mine', other: 'thing' }));
    const before = await objects.find('Secret', 'taken');
    await objects.applyKey('taken', { roleDescriptors: monitor });
    await refused('taken', 'SecretConflict', 'Secret taken exists and was not made for this object');
    expect(await objects.find('Secret', 'taken')).toEqual(before);
    await objects.remove('Secret', 'taken');
    await works('taken');
  });

  test('a privilege that Elasticsearch does not know', async () => {
    const policy = { roleDescriptor: { cluster: ['monitor', 'monitr'] } };
    await objects.apply(...connection(objects.namespace, 'lenient', node, user, { policy }));
    await objects.connected('lenient');
    const connectionRef = { name: 'lenient' };
    await objects.applyKey('unknown', { connectionRef, roleDescriptors: { role: { cluster: ['monitr'] } } });
    await refused('unknown', 'Rejected', 'Elasticsearch: ');
    await objects.applyKey('unknown', { connectionRef, roleDescriptors: monitor });
    await works('unknown');
  });

  test.each([
    ['misspelt', written({ cluster: ['monitor'], indicies: [] }), 'indicies'],
    ['template', { roleDescriptors: monitor, secret: { template: { data: { file: '{{ password }}' } } } }, 'password'],
  ] as const)('a field or variable that does not exist (%s)', async (name, spec, word) => {
    await objects.applyKey(name, spec);
    await refused(name, 'InvalidSpec', word);
    await objects.applyKey(name, { roleDescriptors: monitor });
    await works(name);
  });

  test('an object that another installation has claimed', async () => {
    const annotations = { 'beatkeys.dev/installation': 'another' };
    await objects.apply(beatApiKey(objects.namespace, 'claimed', { roleDescriptors: monitor }, { annotations }));
    await refused('claimed', 'ClaimedByAnotherInstallation', 'two installations never share an object');
    await objects.kubectl(['annotate', 'beatapikey', 'claimed', 'beatkeys.dev/installation-']);
    await works('claimed');
  });

  test('an edit that is refused leaves the key as it was, and says so', async () => {
    const before = await objects.issue('edited', { roleDescriptors: monitor });
    await objects.applyKey('edited', { roleDescriptors: { role: { cluster: ['all'] } } });
    await objects.refused('edited', 'PolicyViolation');
    expect((await objects.find('BeatApiKey', 'edited'))?.status?.keyID).toBe(before.status?.keyID);
    expect(await objects.kubectl(['describe', 'beatapikey', 'edited'])).toContain(
      'the key in the Secret keeps working',
    );
    expect(await (await site.beat('edited')).authenticate()).toBe(200);
    expect(await site.keys(before)).toHaveLength(1);
  });
});
