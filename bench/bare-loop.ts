/**
 * The limit that the operator is held against: the calls that a new object needs, and nothing else, so many in flight,
 * over warm connections that are kept. Per object, one after the other: create the object; add the finalizer (JSON
 * Patch with test); create the key; `_has_privileges` with it; create the Secret; write the status.
 *
 * It is forked with an IPC channel: each message is a {@link BareTask}, answered with a {@link BareResult}.
 */
import { Pool } from 'undici';
import { FINALIZER } from '../src/api/names.ts';
import { Kubernetes, type KubernetesAddress, type KubernetesObject } from './kubernetes.ts';
import { beatApiKey, EXPIRATION, inFlight, PATHS, PRIVILEGES } from './workload.ts';

export interface BareTask {
  readonly kubernetes: KubernetesAddress;
  readonly elasticsearch: { readonly url: string; readonly username: string; readonly password: string };
  /** Must exist. */
  readonly namespace: string;
  readonly prefix: string;
  readonly objects: number;
  readonly inFlight: number;
  /** How many objects to make before, over the same connections. */
  readonly warmUp: number;
}

/** Times are milliseconds: of all objects, and for each of them until its Secret was there and until it was done. */
export interface BareResult {
  readonly total: number;
  readonly untilSecret: readonly number[];
  readonly untilDone: readonly number[];
}

interface Key {
  readonly id: string;
  readonly api_key: string;
  readonly encoded: string;
}

process.on('disconnect', () => process.exit());
process.on('message', (task: BareTask) => {
  void run(task).then((result) => process.send?.(result));
});

async function run(task: BareTask): Promise<BareResult> {
  const kubernetes = new Kubernetes(task.kubernetes, task.inFlight);
  const { url, username, password } = task.elasticsearch;
  const pool = new Pool(url, { connections: task.inFlight });
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const make = (name: string): Promise<Times> => one(name, task.namespace, kubernetes, pool, basic);
  await inFlight(task.warmUp, task.inFlight, async (index) => void (await make(`${task.prefix}-warm-${index}`)));
  const times: Times[] = [];
  const began = performance.now();
  await inFlight(task.objects, task.inFlight, async (index) => void times.push(await make(`${task.prefix}-${index}`)));
  const total = performance.now() - began;
  await Promise.all([kubernetes.close(), pool.destroy()]);
  return {
    total,
    untilSecret: times.map(({ untilSecret }) => untilSecret),
    untilDone: times.map(({ untilDone }) => untilDone),
  };
}

interface Times {
  readonly untilSecret: number;
  readonly untilDone: number;
}

async function one(name: string, namespace: string, kubernetes: Kubernetes, pool: Pool, basic: string): Promise<Times> {
  const began = performance.now();
  const objects = PATHS.objects(namespace);
  const object = await kubernetes.send<KubernetesObject>('POST', objects, beatApiKey(name));
  const { uid } = object.metadata;
  const claim = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'add', path: '/metadata/finalizers', value: [FINALIZER] },
  ];
  await kubernetes.send('PATCH', `${objects}/${name}`, claim, 'application/json-patch+json');
  const key = await ask<Key>(pool, basic, 'PUT', '/_security/api_key?refresh=false', {
    name,
    expiration: EXPIRATION,
    role_descriptors: { packetbeat_writer: PRIVILEGES },
    metadata: { beatkeys: { uid } },
  });
  await ask(pool, `ApiKey ${key.encoded}`, 'POST', '/_security/user/_has_privileges', PRIVILEGES);
  await kubernetes.send('POST', PATHS.secrets(namespace), secretOf(name, uid, key));
  const untilSecret = performance.now() - began;
  const ready = { type: 'Ready', status: 'True', reason: 'KeyIssued', message: '' };
  const status = { observedGeneration: 1, conditions: [{ ...ready, lastTransitionTime: new Date().toISOString() }] };
  await kubernetes.send('PATCH', `${objects}/${name}/status`, { status }, 'application/merge-patch+json');
  return { untilSecret, untilDone: performance.now() - began };
}

function secretOf(name: string, uid: string, { id, api_key: key, encoded }: Key): object {
  const { apiVersion, kind } = beatApiKey(name) as { apiVersion: string; kind: string };
  return {
    metadata: {
      name,
      labels: { 'app.kubernetes.io/managed-by': 'beatkeys' },
      annotations: { 'beatkeys.dev/key-id': id },
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
    },
    stringData: { api_key: `${id}:${key}`, encoded, id, key },
  };
}

async function ask<T>(pool: Pool, authorization: string, method: 'PUT' | 'POST', path: string, body: object) {
  const { statusCode, body: answer } = await pool.request({
    method,
    path,
    headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (statusCode >= 300) throw new Error(`${method} ${path} was answered with ${statusCode}`);
  return JSON.parse(text) as T;
}
