import { afterAll, describe, expect, test } from 'vitest';
import type { BeatApiKey, ElasticsearchConnectionSpec } from '../../src/api/types.ts';
import type { Asked, FaultProxy } from '../contract/fault-proxy.ts';
import { aBeat } from './beat.ts';
import { connection } from './manifests.ts';
import { condition, type Objects } from './objects.ts';
import { isLiving, openServers } from './trouble/servers-world.ts';

/** What an administrator lends is asked about at every pass; what is taken back stays, and grows no further. */

/** A way to take back what was lent, and to lend it again. */
interface Withdrawal {
  readonly what: string;
  readonly reason: string;
  readonly says: string;
  readonly terms?: Partial<ElasticsearchConnectionSpec>;
  /** Changes to the connection's spec; left out: the label of the namespace goes, and comes again. */
  readonly takenBack?: object;
  readonly lentAgain?: object;
}

const LABEL = 'beatkeys.test/lent';
const selector = { matchLabels: { [LABEL]: 'yes' } };
const selected: Partial<ElasticsearchConnectionSpec> = { allowedNamespaces: { from: 'Selector', selector } };
const WITHDRAWALS: readonly Withdrawal[] = [
  {
    what: 'the label of the namespace goes',
    reason: 'NamespaceNotAllowed',
    says: 'do not match spec.allowedNamespaces.selector',
  },
  {
    what: 'the namespaces are narrowed',
    reason: 'NamespaceNotAllowed',
    says: 'may be used from its own namespace only',
    takenBack: { allowedNamespaces: { from: 'Same', selector: null } },
    lentAgain: selected,
  },
  {
    what: 'the policy is tightened',
    reason: 'PolicyViolation',
    says: 'spec.roleDescriptors.role.cluster: read_pipeline',
    takenBack: { policy: { roleDescriptor: { cluster: ['monitor'] } } },
    lentAgain: { policy: null },
  },
  {
    what: 'the longest lifetime is shortened',
    reason: 'PolicyViolation',
    says: 'spec.expiration',
    takenBack: { policy: { maxExpiration: '1h' } },
    lentAgain: { policy: null },
  },
];

const servers = await openServers({ guests: WITHDRAWALS.length + 1 });
afterAll(() => servers.close());
const { site } = servers;
const home = servers.objects;

/** What is asked of Elasticsearch for an object, as opposed to looks at the cluster and lists of all keys. */
function isForAnObject({ method, url, headers, body }: Asked): boolean {
  if (headers.authorization?.startsWith('ApiKey ') === true) return true;
  if (url.pathname.endsWith('/_has_privileges')) return (JSON.parse(body) as { index: unknown[] }).index.length > 0;
  return url.pathname.startsWith('/_security/api_key') && method !== 'OPTIONS';
}

/** Takes note of what is asked for objects from now on. */
function listen(front: FaultProxy): readonly string[] {
  const heard: string[] = [];
  front.fault = (asked) => {
    if (isForAnObject(asked)) heard.push(`${asked.method} ${asked.url.pathname}`);
    return undefined;
  };
  return heard;
}

const living = async (object: BeatApiKey) => (await site.keys(object)).filter(isLiving).map(({ id }) => id);

const roleDescriptors = {
  role: { cluster: ['monitor', 'read_pipeline'], indices: [{ names: ['packetbeat-*'], privileges: ['create_doc'] }] },
};

/** A connection of its own for one namespace, and what to do with both. */
async function lend(guest: Objects, { takenBack, lentAgain, terms = selected }: Withdrawal) {
  const front = await servers.front();
  const name = `lent-to-${guest.namespace}`;
  const { node, user } = site;
  await home.apply(
    ...connection(home.namespace, name, { ...node, url: front.url }, user, { ...terms, urls: [front.url] }),
  );
  const label = (change: string) => guest.kubectl(['label', 'namespace', guest.namespace, `${LABEL}${change}`]);
  const change = (spec: object) => home.patch('ElasticsearchConnection', name, { spec });
  await label('=yes');
  return {
    front,
    spec: {
      connectionRef: { name, namespace: home.namespace },
      roleDescriptors,
      expiration: '30d',
      rotation: { overlap: '1s' },
    },
    takeBack: () => (takenBack === undefined ? label('-') : change(takenBack)),
    lendAgain: () => (lentAgain === undefined ? label('=yes') : change(lentAgain)),
  };
}

describe.each(WITHDRAWALS.map((withdrawal, index) => ({ ...withdrawal, index })))(
  'When $what',
  { concurrent: true },
  (withdrawal) => {
    test('a key works on and is not replaced, deletion takes it away, and what is lent again goes on by itself', async () => {
      const guest = site.guests[withdrawal.index] as Objects;
      const { front, spec, takeBack, lendAgain } = await lend(guest, withdrawal);
      const works = async () => aBeat(site.node, (await guest.data('kept'))['encoded'] ?? '').authenticate();
      const before = await guest.issue('kept', spec);
      const leaving = await guest.issue('leaving', spec);
      await takeBack();
      await guest.refused('leaving', withdrawal.reason);
      const refused = await guest.refused('kept', withdrawal.reason);
      expect(condition(refused, 'Stalled')).toMatchObject({ status: 'True', reason: withdrawal.reason });
      expect(condition(refused, 'Stalled')?.message).toContain(withdrawal.says);
      expect(condition(refused, 'Stalled')?.message).toMatch(/; the key in the Secret keeps working$/);

      const heard = listen(front);
      const rotation = { overlap: '1s', request: 'now', revokeRequest: 'leak-1' };
      await guest.patch('BeatApiKey', 'kept', { spec: { rotation } });
      await servers.intervals(2);
      const asked = await guest.refused('kept', withdrawal.reason);
      expect(condition(asked, 'Stalled')?.message).toContain(
        'spec.rotation.revokeRequest waits for that: to have the key invalidated now, delete the object; the key in the Secret keeps working',
      );
      expect(heard).toEqual([]);
      expect(asked.status?.keyID).toBe(before.status?.keyID);
      expect(await works()).toBe(200);
      expect(await living(before)).toEqual([before.status?.keyID]);

      await guest.remove('BeatApiKey', 'leaving');
      await guest.untilGone('BeatApiKey', 'leaving');
      expect(await living(leaving)).toEqual([]);
      // It was only asked to invalidate.
      expect(new Set(heard.map((line) => line.split(' ')[0]))).toEqual(new Set(['DELETE']));

      await lendAgain();
      const after = await guest.rotated('kept', before);
      expect(after.status).toMatchObject({ handledRequest: 'now', handledRevokeRequest: 'leak-1' });
      expect(await works()).toBe(200);
      await site.untilOneLives(after);
    });
  },
);

test(
  'a key whose connection was taken back expires, no other follows, and one does when it is lent again',
  { concurrent: true },
  async () => {
    const guest = site.guests.at(-1) as Objects;
    const { front, spec, takeBack, lendAgain } = await lend(guest, WITHDRAWALS[0] as Withdrawal);
    await guest.issue('short', { ...spec, expiration: '20s' });
    await takeBack();
    const refused = await guest.refused('short', 'NamespaceNotAllowed');
    await servers.intervals(1);
    const heard = listen(front);
    const made = await site.keys(refused);
    const isOver = () => made.every(({ expiration = Infinity }) => expiration < Date.now());
    await expect.poll(isOver, { timeout: 90_000, interval: 500 }).toBe(true);
    await servers.intervals(2);
    expect(await site.keys(refused)).toHaveLength(made.length);
    const expired = await guest.until(
      'BeatApiKey',
      'short',
      'a word on the dead key',
      (object) => condition(object, 'Stalled')?.message.endsWith('keeps working') === false,
    );
    expect(condition(expired, 'Ready')?.reason).toBe('NamespaceNotAllowed');
    expect(heard.filter((line) => !line.startsWith('DELETE'))).toEqual([]);
    await lendAgain();
    const ready = await guest.ready('short');
    expect(await aBeat(site.node, (await guest.data('short'))['encoded'] ?? '').authenticate()).toBe(200);
    expect(ready.status?.lastRotation?.reason).toBe('Expiring');
  },
);
