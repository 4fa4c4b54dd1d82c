import { presetCeiling } from '../../src/core/presets.ts';
import { uniqueName } from '../testbed/current.ts';
import type { ElasticsearchNode } from '../testbed/servers.ts';

/** What the operator's user holds: its own needs, and what it lends. */
export interface Lendable {
  readonly cluster: readonly string[];
  readonly indices: readonly object[];
}

/** The privileges of all presets, and the operator's own needs. */
export const everyPreset: Lendable = {
  cluster: ['manage_own_api_key', ...(presetCeiling.cluster ?? [])],
  indices: presetCeiling.indices ?? [],
};

/** A user of Elasticsearch that a connection acts as; never the superuser. */
export interface LendingUser extends AsyncDisposable {
  readonly username: string;
  readonly password: string;
  /** Gives the user other privileges. */
  hold(privileges: Lendable): Promise<void>;
  /** Gives the user another password, which it returns. */
  changePassword(): Promise<string>;
}

/** Makes a user with a role of its own; disposing of it invalidates its keys and takes both away. */
export async function createLendingUser(node: ElasticsearchNode, privileges: Lendable): Promise<LendingUser> {
  const name = uniqueName('beatkeys');
  const { username, password } = await node.createUser(name, privileges as { cluster: readonly string[] });
  const ask = async (method: 'PUT' | 'DELETE' | 'POST', path: string, body?: unknown) => {
    const { status } = await node.request(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} was answered with ${status}`);
  };
  return {
    username,
    password,
    hold: (other) => ask('PUT', `/_security/role/${name}`, other),
    changePassword: async () => {
      const changed = uniqueName('another-password');
      await ask('POST', `/_security/user/${name}/_password`, { password: changed });
      return changed;
    },
    async [Symbol.asyncDispose]() {
      await node.request('DELETE', '/_security/api_key', { username: name });
      await ask('DELETE', `/_security/user/${name}`);
      await ask('DELETE', `/_security/role/${name}`);
    },
  };
}
