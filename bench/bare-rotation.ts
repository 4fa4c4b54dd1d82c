import { valuesOf, type Made } from './bare-creation.ts';
import type { BareServers } from './bare-servers.ts';
import type { KubernetesObject } from './kubernetes.ts';
import { PATHS } from './workload.ts';

/** An object whose Secret has another key, and whose former key still works. */
export interface Switched extends Made {
  readonly replacedID: string;
}

/**
 * What another key for an object needs, one after the other: create the key; `_has_privileges` with it; patch the Secret
 * with the key and the id of the former one, held to uid and resourceVersion; write the status.
 */
export async function switchOne(servers: BareServers, made: Made): Promise<Switched> {
  const { name, namespace, uid, keyID } = made;
  const key = await servers.createKey(name, uid);
  await servers.prove(key);
  const annotations = { 'beatkeys.dev/key-id': key.id, 'beatkeys.dev/superseded': keyID };
  const secret = await patchSecret(servers, made, { annotations }, { stringData: valuesOf(key) });
  await servers.writeStatus(`${PATHS.objects(namespace)}/${name}`);
  return { ...made, keyID: key.id, secret, replacedID: keyID };
}

/** The end of the former key: invalidate it; patch the Secret, which forgets it; write the status. */
export async function retireOne(servers: BareServers, switched: Switched): Promise<void> {
  const { name, namespace, replacedID } = switched;
  await servers.invalidateKey(replacedID);
  await patchSecret(servers, switched, { annotations: { 'beatkeys.dev/superseded': null } });
  await servers.writeStatus(`${PATHS.objects(namespace)}/${name}`);
}

async function patchSecret(
  { kubernetes }: BareServers,
  { name, namespace, secret: { uid, resourceVersion } }: Made,
  metadata: object,
  values: object = {},
): Promise<KubernetesObject['metadata']> {
  const patch = { metadata: { uid, resourceVersion, ...metadata }, ...values };
  const path = `${PATHS.secrets(namespace)}/${name}`;
  return (await kubernetes.send<KubernetesObject>('PATCH', path, patch, 'application/merge-patch+json')).metadata;
}
