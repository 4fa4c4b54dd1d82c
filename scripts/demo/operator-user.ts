import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ElasticsearchNode } from '../../test/testbed/servers.ts';
import { root, type Shell } from './shell.ts';
import { say } from './terminal.ts';

/** Makes the command `beatkeys` in `bin` of the folder: the program that the operator runs from. */
export function installCommand(folder: string): void {
  const bin = path.join(folder, 'bin');
  const file = path.join(bin, 'beatkeys');
  mkdirSync(bin);
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${path.join(root, 'src/main.ts')}' "$@"\n`);
  chmodSync(file, 0o755);
}

/**
 * Makes the user that the operator is for Elasticsearch: its roles are what the connections of the examples lend, and the
 * right to make keys. The shell knows the administrator's password as ES_PASSWORD.
 */
export async function createOperatorUser(shell: Shell, node: ElasticsearchNode, caFile: string): Promise<void> {
  const secret = path.join(path.dirname(caFile), 'credential.yaml');
  const connections = 'examples/01-connection.yaml examples/books-read-only.yaml';
  const administrator = `--url ${node.url} --ca-file ${caFile} --username ${node.username}`;
  say('A key never holds more than the user who made it. The operator is a user with what its connections lend:');
  await shell.run(`beatkeys role --apply -f ${connections} ${administrator} --secret-out ${secret}`);
  await shell.run(`kubectl apply -f ${secret}`);
}

/** Gives readers something to find. */
export async function putBook(node: ElasticsearchNode, index: string): Promise<void> {
  const path = `/${index}/_doc?refresh=true`;
  const { status } = await node.request('POST', path, { title: 'Snow Crash' });
  if (status >= 300) throw new Error(`POST ${path} was answered with ${status}`);
}
