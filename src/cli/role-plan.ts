import { METADATA_KEY } from '../api/names.ts';
import { normalRoleDescriptor } from '../core/role-normal.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { fieldsOf } from '../lib/json.ts';
import { nameOf } from './objects.ts';
import type { WantedRole } from './role.ts';

/** What is to be done about a role. */
export type RolePlan =
  | { readonly ok: false; readonly message: string }
  | { readonly ok: true; readonly change: 'created' | 'changed' | 'unchanged' };

/** A role that bears no mark of this command for this connection is somebody's, unless it may be overwritten. */
export function planRole(
  { name, role, object }: WantedRole,
  existing: Readonly<Record<string, unknown>> | undefined,
  overwrites: boolean,
): RolePlan {
  if (existing === undefined) return { ok: true, change: 'created' };
  const metadata = fieldsOf(existing['metadata']);
  if (metadata['_reserved'] === true) return { ok: false, message: `role ${name} is one of Elasticsearch's own` };
  const isOurs = fieldsOf(metadata[METADATA_KEY])['connection'] === nameOf(object);
  if (isOurs && same(existing, role)) return { ok: true, change: 'unchanged' };
  if (isOurs || overwrites) return { ok: true, change: 'changed' };
  const message = `role ${name} is there, and was not made for ElasticsearchConnection ${nameOf(object)}: give another one by --name, or --overwrite`;
  return { ok: false, message };
}

/** By meaning, and whatever their metadata. */
const same = (one: object, other: object): boolean =>
  canonicalJson({ ...normalRoleDescriptor(one), metadata: null }) ===
  canonicalJson({ ...normalRoleDescriptor(other), metadata: null });
