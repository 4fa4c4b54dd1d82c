import * as z from 'zod';
import type { RoleDescriptor } from '../api/types.ts';
import type { ElasticsearchTarget } from '../controller/ports.ts';
import { Failure } from '../core/failure.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Sensitive } from '../runtime/sensitive.ts';
import { readCluster } from './contact.ts';
import { Endpoint, REQUEST_TIMEOUT_MS, type Call } from './endpoint.ts';

/** A user as Elasticsearch lists it, without its password. */
export interface UserRecord {
  readonly roles: readonly string[];
  readonly enabled: boolean;
  readonly fullName: string | null;
  readonly email: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Where to be the administrator, and as whom. */
export type AdministrationTarget = Pick<ElasticsearchTarget, 'ca' | 'serverName' | 'username' | 'password'> & {
  readonly url: string;
};

/** Roles and users of one cluster, as one with `manage_security` sees them. Every method throws `Failure`. */
export interface Administration extends AsyncDisposable {
  readCluster(): Promise<{ readonly clusterUUID: string; readonly version: string }>;
  /** `undefined` where there is none of that name. */
  readRole(name: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  writeRole(name: string, role: RoleDescriptor): Promise<void>;
  /** `undefined` where there is none of that name. */
  readUser(name: string): Promise<UserRecord | undefined>;
  /** Without a password, which only a user that is there may be, its password stays. */
  writeUser(name: string, user: UserRecord, password?: Sensitive): Promise<void>;
}

/** Nothing is sent before the first call; nothing is tried twice. */
export function openAdministration({ url, ...target }: AdministrationTarget): Administration {
  const endpoint = new Endpoint(url, {
    target,
    meter: { requested: () => undefined },
    clock: systemClock,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  });
  const { signal } = new AbortController();
  const send = <T>(call: Call<T>): Promise<T> => endpoint.send(call, signal);
  return {
    readCluster: async () => {
      const { cluster_uuid: clusterUUID, version } = await send(readCluster);
      return { clusterUUID, version: version.number };
    },
    readRole: (name) => orUndefined(send(readRole(name))),
    writeRole: async (name, role) => void (await send(writeRole(name, role))),
    readUser: (name) => orUndefined(send(readUser(name))),
    writeUser: async (name, user, password) => void (await send(writeUser(name, user, password))),
    [Symbol.asyncDispose]: () => endpoint.close(),
  };
}

const object = z.record(z.string(), z.unknown());

function readRole(name: string): Call<Readonly<Record<string, unknown>>> {
  return {
    operation: 'read role',
    answer: z.record(z.string(), object).transform((roles, context) => one(roles, name, context)),
    request: (client, options) => client.security.getRole({ name }, options),
  };
}

function writeRole(name: string, role: RoleDescriptor): Call<unknown> {
  return {
    operation: 'write role',
    answer: z.object({ role: z.object({ created: z.boolean() }) }),
    sent: role,
    request: (client, options) => client.security.putRole({ name, ...(role as object) }, options),
  };
}

function readUser(name: string): Call<UserRecord> {
  const user = z
    .object({
      roles: z.array(z.string()),
      enabled: z.boolean(),
      full_name: z.string().nullish(),
      email: z.string().nullish(),
      metadata: object.default({}),
    })
    .transform(({ full_name: fullName = null, email = null, ...rest }): UserRecord => ({ ...rest, fullName, email }));
  return {
    operation: 'read user',
    answer: z.record(z.string(), user).transform((users, context) => one(users, name, context)),
    request: (client, options) => client.security.getUser({ username: name }, options),
  };
}

/** What was sent is not kept for the words of a refusal: the password is in it. */
function writeUser(username: string, user: UserRecord, password?: Sensitive): Call<unknown> {
  const { roles, enabled, fullName, email, metadata } = user;
  const body = { roles: [...roles], enabled, full_name: fullName, email, metadata };
  return {
    operation: 'write user',
    answer: z.object({ created: z.boolean() }),
    request: (client, options) =>
      client.security.putUser(
        { username, ...body, ...(password === undefined ? {} : { password: password.reveal() }) },
        options,
      ),
  };
}

function one<T>(all: Readonly<Record<string, T>>, name: string, context: z.core.$RefinementCtx): T {
  const found = all[name];
  if (found !== undefined) return found;
  context.addIssue({ code: 'custom', message: 'is missing' });
  return z.NEVER;
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Failure && error.code === 'HTTP 404') return undefined;
    throw error;
  }
}
