import type { FaultProxy } from '../../contract/fault-proxy.ts';
import { beatApiKey, connection } from '../manifests.ts';
import { condition, type Objects } from '../objects.ts';
import type { Servers } from '../trouble/servers-world.ts';

type Kind = 'BeatApiKey' | 'ElasticsearchConnection';

/** An object in a state that GitOps tools must see rightly. */
export interface State {
  readonly kind: Kind;
  /** Of the state. */
  readonly name: string;
  /** All that the API server has of it, as kubectl prints it. */
  readonly object: Readonly<Record<string, unknown>>;
}

const preset = { beat: 'packetbeat', uses: ['publishing', 'monitoring'] } as const;
const life = { preset, expiration: '30d' } as const;

/** Brings both kinds into every state that lasts, by real servers, and stops the operator at the end. */
export async function reachStates(servers: Servers): Promise<readonly State[]> {
  const { objects } = servers;
  const front = await servers.front();
  const calm = await Promise.all([healthy(objects), retiring(objects), stalled(servers), suspended(objects)]);
  return [...calm.flat(), ...(await outage(servers, front)), ...(await unseen(servers))];
}

/** An object as it is now. */
async function capture(objects: Objects, kind: Kind, from: string, name: string): Promise<State> {
  const text = await objects.kubectl(['get', kind, from, '-o', 'json', '--show-managed-fields']);
  return { kind, name, object: JSON.parse(text) as Record<string, unknown> };
}

async function healthy(objects: Objects): Promise<readonly State[]> {
  await objects.issue('packetbeat', life);
  // The connection counts its keys once an interval.
  await objects.until(
    'ElasticsearchConnection',
    'main',
    'its first list of keys',
    ({ status }) => status?.keys !== undefined,
  );
  return Promise.all([
    capture(objects, 'BeatApiKey', 'packetbeat', 'healthy'),
    capture(objects, 'ElasticsearchConnection', 'main', 'healthy'),
  ]);
}

/** A key was replaced, and the old one waits for a consumer. */
async function retiring(objects: Objects): Promise<readonly State[]> {
  const name = 'retiring';
  const spec = (request: string) => ({
    ...life,
    rotation: { overlap: '0s', request },
    consumers: [{ kind: 'DaemonSet' as const, name: 'packetbeat', restart: true }],
  });
  const first = await objects.issue(name, spec('2026-11-01'));
  await objects.applyKey(name, spec('2026-11-22'));
  await objects.rotated(name, first);
  await objects.until('BeatApiKey', name, 'waiting for its consumer', (object) =>
    (object.status?.retiring ?? []).some(({ waitingFor = '' }) => waitingFor.includes('does not exist')),
  );
  return [await capture(objects, 'BeatApiKey', name, 'retiring')];
}

/** What a person has to mend, with and without a key that goes on working. */
async function stalled({ objects, site }: Servers): Promise<readonly State[]> {
  await objects.issue('refused', life);
  const beyond = { roleDescriptors: { packetbeat: { cluster: ['manage_security'] } }, expiration: '30d' };
  await objects.applyKey('refused', beyond);
  await objects.applyKey('unconnected', { connectionRef: { name: 'missing' }, ...life });
  const wrong = { username: site.user.username, password: 'not the password' };
  await objects.apply(...connection(objects.namespace, 'unauthorized', site.node, wrong));
  await objects.refused('refused', 'PolicyViolation');
  await objects.refused('unconnected', 'ConnectionNotFound');
  await objects.connectionRefused('unauthorized', 'Unauthorized');
  return Promise.all([
    capture(objects, 'BeatApiKey', 'refused', 'refused'),
    capture(objects, 'BeatApiKey', 'unconnected', 'unconnected'),
    capture(objects, 'ElasticsearchConnection', 'unauthorized', 'unauthorized'),
  ]);
}

async function suspended(objects: Objects): Promise<readonly State[]> {
  await objects.issue('suspended', life);
  await objects.applyKey('suspended', { ...life, suspend: true });
  await objects.applyKey('suspended-from-the-start', { ...life, suspend: true });
  const rests = (name: string) =>
    objects.until('BeatApiKey', name, 'Suspended', (object) => condition(object, 'Ready')?.reason === 'Suspended');
  await Promise.all([rests('suspended'), rests('suspended-from-the-start')]);
  return Promise.all([
    capture(objects, 'BeatApiKey', 'suspended', 'suspended'),
    capture(objects, 'BeatApiKey', 'suspended-from-the-start', 'suspended-from-the-start'),
  ]);
}

/** Elasticsearch does not serve: a key that is there, one that is not yet, and one that cannot be taken away. */
async function outage(servers: Servers, front: FaultProxy): Promise<readonly State[]> {
  const { objects } = servers;
  await servers.apply('outage', { urls: [front.url] }, servers.site.user, life);
  await objects.issue('deleting', { connectionRef: { name: 'outage' }, ...life });
  await objects.ready('outage');
  front.fault = () => ({ status: 503, body: {} });
  const waits = (kind: Kind, name: string) =>
    objects.until(kind, name, 'waiting', (object) => condition(object, 'Reconciling')?.status === 'True');
  await objects.connectionRefused('outage', 'Unreachable');
  await objects.applyKey('outage-from-the-start', { connectionRef: { name: 'outage' }, ...life });
  await Promise.all([waits('BeatApiKey', 'outage'), waits('BeatApiKey', 'outage-from-the-start')]);
  const down = await Promise.all([
    capture(objects, 'BeatApiKey', 'outage', 'outage'),
    capture(objects, 'BeatApiKey', 'outage-from-the-start', 'outage-from-the-start'),
    capture(objects, 'ElasticsearchConnection', 'outage', 'outage'),
  ]);
  await objects.remove('BeatApiKey', 'deleting');
  await objects.remove('ElasticsearchConnection', 'outage');
  const blocked = (kind: Kind, name: string, reason: string) =>
    objects.until(kind, name, reason, (object) => condition(object, 'Reconciling')?.reason === reason);
  await blocked('BeatApiKey', 'deleting', 'DeletionBlocked');
  await blocked('ElasticsearchConnection', 'outage', 'InUse');
  return [
    ...down,
    await capture(objects, 'BeatApiKey', 'deleting', 'deleting'),
    await capture(objects, 'ElasticsearchConnection', 'outage', 'deleting'),
  ];
}

/** What the operator has not seen: a new object, and a new spec of one. */
async function unseen({ objects, operator, site }: Servers): Promise<readonly State[]> {
  await operator.stop();
  await objects.applyKey('packetbeat', { ...life, expiration: '60d' });
  await objects.patch('ElasticsearchConnection', 'main', { spec: { limits: { concurrentRequests: 16 } } });
  await objects.apply(
    beatApiKey(objects.namespace, 'new', life),
    ...connection(objects.namespace, 'new', site.node, site.user),
  );
  return Promise.all([
    capture(objects, 'BeatApiKey', 'packetbeat', 'edited'),
    capture(objects, 'ElasticsearchConnection', 'main', 'edited'),
    capture(objects, 'BeatApiKey', 'new', 'new'),
    capture(objects, 'ElasticsearchConnection', 'new', 'new'),
  ]);
}
