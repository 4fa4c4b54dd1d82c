import { randomBytes } from 'node:crypto';
import type { IndexPrivileges } from '../../src/api/types.ts';
import { operatorRole } from '../../src/core/operator-role.ts';
import { presetCeiling } from '../../src/core/presets.ts';
import type { ElasticsearchNode } from '../../test/testbed/servers.ts';
import { say, tell } from './terminal.ts';

const name = 'beatkeys';

/** Lent beyond the presets, by the policy of examples/books-read-only.yaml. */
const books: IndexPrivileges = { names: ['books', 'books-archive'], privileges: ['read'] };

/**
 * Makes the user that the operator is for Elasticsearch, with a role of what it needs and what it lends, and shows the
 * role. A key never holds more than the user who made it.
 */
export async function createOperatorUser(node: ElasticsearchNode): Promise<{ username: string; password: string }> {
  const lent = { ...presetCeiling, indices: [...(presetCeiling.indices ?? []), books] };
  const role = operatorRole(lent);
  const password = randomBytes(16).toString('hex');
  await change(node, 'PUT', `/_security/role/${name}`, role);
  await change(node, 'PUT', `/_security/user/${name}`, { password, roles: [name] });
  say(`The operator's user is ${name}; its role holds what its keys may hold, and the right to make keys:`);
  tell(`cluster: ${role.cluster?.join(', ')}`);
  for (const { names, privileges, allow_restricted_indices: restricted = false } of role.indices ?? []) {
    tell(`${names.join(', ')}: ${privileges.join(', ')}${restricted ? ' (restricted indices, too)' : ''}`);
  }
  return { username: name, password };
}

/** Gives readers something to find. */
export async function putBook(node: ElasticsearchNode, index: string): Promise<void> {
  await change(node, 'POST', `/${index}/_doc?refresh=true`, { title: 'Snow Crash' });
}

async function change(node: ElasticsearchNode, method: 'PUT' | 'POST', path: string, body: unknown): Promise<void> {
  const { status } = await node.request(method, path, body);
  if (status >= 300) throw new Error(`${method} ${path} was answered with ${status}`);
}
