import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../testbed/leftovers.ts';
import { readAuditLog } from './audit-log.ts';
import type { Mode } from './roles.ts';
import type { Used } from './comparison.ts';

/** The environment variable with the folder in which the processes of a run gather who asked what. */
const variable = 'BEATKEYS_NOTED_RIGHTS';

/** An operator's account, and where what it asks is written down. */
export interface NotedAccount {
  /** As the API server names it. */
  readonly user: string;
  readonly mode: Mode;
  readonly restarts: boolean;
  readonly auditLog?: string | undefined;
}

/** Adds an account to those of the run; does nothing where nobody will compare. */
export function noteAccount(account: NotedAccount): void {
  append('accounts', [account]);
}

/**
 * Adds what the accounts of the run have asked of this API server. Call it once for each server, when all of its
 * operators have ended and before its log goes.
 */
export async function noteUsage(auditLog: string | undefined): Promise<void> {
  const folder = process.env[variable];
  if (folder === undefined || folder === '' || auditLog === undefined) return;
  const accounts = read<NotedAccount>(folder, 'accounts').filter((account) => account.auditLog === auditLog);
  append('usage', await readAuditLog(auditLog, new Map(accounts.map(({ user, mode }) => [user, mode]))));
}

/** Who asked what in a run. */
export interface NotedRights {
  /** To be added to the environment of the run's processes. */
  readonly env: Readonly<Record<string, string>>;
  accounts(): readonly NotedAccount[];
  usage(): readonly Used[];
  remove(): Promise<void>;
}

/** Begins to gather. */
export function gatherRights(): NotedRights {
  const { path: folder, remove } = temporaryFolder('rights');
  for (const name of ['accounts', 'usage']) writeFileSync(path.join(folder, name), '');
  return {
    env: { [variable]: folder },
    accounts: () => read<NotedAccount>(folder, 'accounts'),
    usage: () => read<Used>(folder, 'usage'),
    remove,
  };
}

function append(name: string, items: readonly object[]): void {
  const folder = process.env[variable];
  if (folder === undefined || folder === '' || items.length === 0) return;
  appendFileSync(path.join(folder, name), items.map((item) => `${JSON.stringify(item)}\n`).join(''));
}

function read<T>(folder: string, name: string): readonly T[] {
  const lines = readFileSync(path.join(folder, name), 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as T);
}
