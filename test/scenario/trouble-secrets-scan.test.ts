import { expect, test } from 'vitest';
import { openTrouble } from './trouble/open.ts';

/** What an assertion that failed was given. */
const actualOf = (error: unknown): readonly string[] => (error as { readonly actual: readonly string[] }).actual;

test('A value that is said in a log, an error, an event or a status turns the end of a world red', async () => {
  const { world, site } = await openTrouble();
  const { objects, user } = site;
  const { namespace } = objects;
  const object = await objects.issue('said', { roleDescriptors: { role: { cluster: ['monitor'] } } });
  const { key = '', api_key = '', encoded = '' } = await objects.data('said');
  await expect.poll(() => world.leaks.foundIn({ planted: `${key} ${encoded}` })).toHaveLength(1);
  const { lines } = world.operator;
  // The operator would mend the status.
  await world.operator.stop();

  const basic = btoa(`${user.username}:${user.password}`);
  lines.push(JSON.stringify({ message: `made ${key}` }));
  lines.push(JSON.stringify({ error: { message: 'refused', stack: `Error: refused\n    password=${user.password}` } }));
  lines.push(JSON.stringify({ error: { message: `Authorization: Basic ${basic}` } }));
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'said', namespace },
    involvedObject: { apiVersion: 'beatkeys.dev/v1alpha1', kind: 'BeatApiKey', name: 'said', namespace },
    reason: 'KeyIssued',
    message: `stored ${api_key}`,
    type: 'Normal',
  };
  await objects.apply(event);
  const conditions = object.status?.conditions?.map((each) => ({
    ...each,
    message: `Authorization: ApiKey ${encoded}`,
  }));
  const patch = JSON.stringify({ status: { conditions } });
  await objects.kubectl(['patch', 'beatapikey', 'said', '--subresource=status', '--type=merge', '-p', patch]);

  const found = await world.close().then(() => [], actualOf);
  expect(found.map((place) => place.split(',')[0])).toEqual([
    'log of operator 0',
    'log of operator 0',
    'log of operator 0',
    `BeatApiKey in ${namespace}`,
    `Event in ${namespace}`,
  ]);
  for (const value of [key, encoded, user.password, basic]) expect(found.join('\n')).not.toContain(value);
});
