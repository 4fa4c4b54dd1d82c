import { LABELS, MANAGED_BY } from '../../../src/api/names.ts';
import { secret, type Manifest } from '../manifests.ts';
import type { Site } from '../site.ts';
import type { ServerKey } from '../server-keys.ts';

/** What looks like a story's object's own, and is not: nobody may touch it. */
export interface Bystanders {
  /** Ids of the keys. */
  readonly keyIDs: readonly string[];
  /** What became of them that should not have; none where they are as they were. */
  changes(keys: readonly ServerKey[]): Promise<readonly string[]>;
}

/** A Secret with the operator's label, which no object stands behind. */
export function bystanderSecret(namespace: string, name: string): Manifest {
  const made = secret(namespace, secretNameOf(name), { id: 'somebody else’s' });
  return { ...made, metadata: { ...made.metadata, labels: { [LABELS.managedBy]: MANAGED_BY } } };
}

const secretNameOf = (name: string): string => `${name}-bystander`;

/**
 * Two keys of the operator's own user with the name of the object's key: one without a mark, one that another
 * installation made for the same object. The Secret must be there.
 */
export async function makeBystanders({ node, user, objects }: Site, name: string, uid: string): Promise<Bystanders> {
  const marks = [{}, { beatkeys: { installation: 'another', namespace: objects.namespace, name, uid } }];
  const keyIDs: string[] = [];
  for (const metadata of marks) {
    const body = {
      name: `${objects.namespace}/${name}`,
      metadata,
      role_descriptors: { bystander: { cluster: ['monitor'] } },
    };
    const { username, password } = user;
    const { status, body: made } = await node.request('PUT', '/_security/api_key?refresh=false', body, {
      as: { username, password },
    });
    if (status !== 200) throw new Error(`a bystander key was answered with ${status}`);
    keyIDs.push((made as { readonly id: string }).id);
  }
  const versionOf = async () => (await objects.find('Secret', secretNameOf(name)))?.metadata.resourceVersion;
  const before = await versionOf();
  return {
    keyIDs,
    changes: async (keys) => {
      const touched = keyIDs.filter((id) => {
        const key = keys.find((each) => each.id === id);
        return key === undefined || key.invalidated || key.role_descriptors['bystander'] === undefined;
      });
      const changed = touched.map((id) => `bystander key ${id} was touched`);
      return (await versionOf()) === before ? changed : [...changed, `Secret ${secretNameOf(name)} was touched`];
    },
  };
}
