import { FINALIZER } from '../src/api/names.ts';
import type { BareServers, Key } from './bare-servers.ts';
import type { KubernetesObject } from './kubernetes.ts';
import { beatApiKey, PATHS } from './workload.ts';

/** An object that the bare loop made, with its Secret as it was written last. */
export interface Made {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly keyID: string;
  readonly secret: KubernetesObject['metadata'];
  /** Milliseconds, from its first call until its Secret was there and until it was done. */
  readonly untilSecret: number;
  readonly untilDone: number;
}

/**
 * What a new object needs, one after the other: create the object; add the finalizer (JSON Patch with test); create the
 * key; `_has_privileges` with it; create the Secret; write the status.
 */
export async function createOne(servers: BareServers, namespace: string, name: string): Promise<Made> {
  const { kubernetes } = servers;
  const began = performance.now();
  const objects = PATHS.objects(namespace);
  const object = await kubernetes.send<KubernetesObject>('POST', objects, beatApiKey(name));
  const { uid } = object.metadata;
  const claim = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'add', path: '/metadata/finalizers', value: [FINALIZER] },
  ];
  await kubernetes.send('PATCH', `${objects}/${name}`, claim, 'application/json-patch+json');
  const key = await servers.createKey(name, uid);
  await servers.prove(key);
  const secret = await kubernetes.send<KubernetesObject>('POST', PATHS.secrets(namespace), secretOf(name, uid, key));
  const untilSecret = performance.now() - began;
  await servers.writeStatus(`${objects}/${name}`);
  const untilDone = performance.now() - began;
  return { name, namespace, uid, keyID: key.id, secret: secret.metadata, untilSecret, untilDone };
}

function secretOf(name: string, uid: string, key: Key): object {
  const { apiVersion, kind } = beatApiKey(name) as { apiVersion: string; kind: string };
  return {
    metadata: {
      name,
      labels: { 'app.kubernetes.io/managed-by': 'beatkeys' },
      annotations: { 'beatkeys.dev/key-id': key.id },
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
    },
    stringData: valuesOf(key),
  };
}

/** A key as a Secret's data. */
export function valuesOf({ id, api_key: key, encoded }: Key): Readonly<Record<string, string>> {
  return { api_key: `${id}:${key}`, encoded, id, key };
}
