import { randomBytes } from 'node:crypto';
import type { UserRecord } from '../elasticsearch/administration.ts';
import { Sensitive } from '../runtime/sensitive.ts';
import type { WantedRole } from './role.ts';

/** The operator's user, and the Secrets that its connections read its credential from. */
export interface WantedUser {
  readonly name: string;
  readonly roles: readonly string[];
  readonly secrets: readonly CredentialSecret[];
}

/** A Secret with a credential: where it is, and which of its data keys hold what. */
export interface CredentialSecret {
  readonly namespace: string;
  readonly name: string;
  readonly usernameKeys: readonly string[];
  readonly passwordKeys: readonly string[];
}

const DEFAULT_USER = 'beatkeys';

/** The users of some connections, each with the roles of all that log in with it. `name` goes before the connections' own. */
export function wantedUsers(roles: readonly WantedRole[], name?: string): readonly WantedUser[] {
  const byName = Map.groupBy(roles, ({ spec }) => name ?? spec.auth.basic.username ?? DEFAULT_USER);
  return [...byName].map(([user, own]) => ({
    name: user,
    roles: own.map((role) => role.name),
    secrets: secretsOf(own),
  }));
}

function secretsOf(roles: readonly WantedRole[]): readonly CredentialSecret[] {
  const places = Map.groupBy(
    roles,
    ({ object, spec }) => `${object.metadata.namespace}/${spec.auth.basic.secretRef.name}`,
  );
  return [...places.values()].flatMap((same) =>
    same.slice(0, 1).map(({ object, spec }) => ({
      namespace: object.metadata.namespace,
      name: spec.auth.basic.secretRef.name,
      usernameKeys: unique(
        same.flatMap(({ spec: { auth } }) =>
          auth.basic.username === undefined ? [auth.basic.secretRef.usernameKey ?? 'username'] : [],
        ),
      ),
      passwordKeys: unique(same.map(({ spec: { auth } }) => auth.basic.secretRef.passwordKey ?? 'password')),
    })),
  );
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];

/** The manifest of a Secret with the credential of `username`. */
export function credentialManifest(
  { namespace, name, usernameKeys, passwordKeys }: CredentialSecret,
  username: string,
  password: Sensitive,
): Sensitive<object> {
  return password.map((text) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'Opaque',
    stringData: {
      ...Object.fromEntries(usernameKeys.map((key) => [key, username])),
      ...Object.fromEntries(passwordKeys.map((key) => [key, text])),
    },
  }));
}

/** 192 random bits in letters that need no quotes anywhere. */
export const generatedPassword = (): Sensitive => new Sensitive(randomBytes(24).toString('base64url'));

/** What is to be done about a user. */
export type UserPlan =
  | { readonly ok: false; readonly message: string }
  | {
      readonly ok: true;
      readonly change: 'created' | 'changed' | 'unchanged';
      readonly record: UserRecord;
      /** Roles beyond those of the operator. */
      readonly others: readonly string[];
    };

/** A user that is there keeps what it has beside. One of Elasticsearch's own is nobody's to change. */
export function planUser({ name, roles }: WantedUser, existing: UserRecord | undefined): UserPlan {
  if (existing === undefined) {
    const record = { roles, enabled: true, fullName: null, email: null, metadata: {} };
    return { ok: true, change: 'created', record, others: [] };
  }
  if (existing.metadata['_reserved'] === true) {
    const message = `user ${name} is one of Elasticsearch's own, with more privileges than the operator needs: name another in spec.auth.basic.username, or by --user`;
    return { ok: false, message };
  }
  const missing = roles.filter((role) => !existing.roles.includes(role));
  return {
    ok: true,
    change: missing.length === 0 ? 'unchanged' : 'changed',
    record: { ...existing, roles: [...existing.roles, ...missing] },
    others: existing.roles.filter((role) => !roles.includes(role) && !role.startsWith('beatkeys.')),
  };
}
