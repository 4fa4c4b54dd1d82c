import * as z from 'zod';
import type { Trial } from '../controller/ports.ts';
import { Failure } from '../core/failure.ts';
import { normalRoleDescriptors, type NormalRoleDescriptor } from '../core/role-normal.ts';
import type { Sensitive } from '../runtime/sensitive.ts';
import type { Call } from './endpoint.ts';

type Send = <T>(call: Call<T>) => Promise<T>;

/** Body of `_has_privileges`. */
interface Question {
  readonly cluster: string[];
  readonly index: { names: string[]; privileges: string[]; allow_restricted_indices: boolean }[];
  readonly application: { application: string; resources: string[]; privileges: string[] }[];
}

const held = z.record(z.string(), z.boolean());
const answer = z.object({
  cluster: held,
  index: z.record(z.string(), held),
  application: z.record(z.string(), z.record(z.string(), held)),
});
type Answer = z.output<typeof answer>;

/** What comes from a Secret may have been altered; nothing else can go into a header. */
const BASE64 = /^[A-Za-z0-9+/_-]{1,1024}={0,2}$/;

/** Thousands of index names with long privilege names fit. */
const MOST_ANSWER = 16 * 1024 * 1024;

/**
 * Asks `_has_privileges` whether a credential holds all that descriptors ask for. The question cannot be asked of
 * `run_as`, `global`, `remote_indices`, `remote_cluster` and applications named by a wildcard, and not below an index
 * (`field_security`, `query`): those parts are not tried. A key that is restricted to workflows may not even ask: that
 * refusal proves that the key is accepted, and no more.
 *
 * @param apiKey `encoded` of a key; left out: the operator's own credential
 * @throws {Failure} `denied` when it is the operator's own credential that is not accepted
 */
export async function tryPrivileges(send: Send, wanted: object, apiKey?: Sensitive): Promise<Trial> {
  if (apiKey !== undefined && !apiKey.map((text) => BASE64.test(text)).reveal()) return { accepted: false };
  const credential = apiKey === undefined ? {} : { apiKey };
  try {
    const questions = questionsOf(Object.values(normalRoleDescriptors(wanted)));
    if (questions.length === 0) await send(authenticate(credential));
    const missing: string[] = [];
    for (const question of questions)
      missing.push(...missingIn(question, await send(hasPrivileges(question, credential))));
    return { accepted: true, missing };
  } catch (error) {
    if (apiKey === undefined || !(error instanceof Failure)) throw error;
    if (error.code === 'HTTP 401') return { accepted: false };
    if (error.code === 'RestrictedToWorkflow') return { accepted: true, missing: [] };
    throw error;
  }
}

/** `_has_privileges` for cluster privileges of the operator's user; answers those that it lacks. */
export async function missingClusterPrivileges(send: Send, privileges: readonly string[]): Promise<readonly string[]> {
  const { cluster } = await send(hasPrivileges({ cluster: [...privileges], index: [], application: [] }, {}));
  return privileges.filter((privilege) => cluster[privilege] !== true);
}

function hasPrivileges(question: Question, credential: Pick<Call<Answer>, 'apiKey'>): Call<Answer> {
  return {
    operation: 'check privileges',
    answer,
    sent: question,
    mostBytes: MOST_ANSWER,
    ...credential,
    request: (client, options) => client.security.hasPrivileges(question, options),
  };
}

function authenticate(credential: Pick<Call<unknown>, 'apiKey'>): Call<unknown> {
  return {
    operation: 'authenticate',
    answer: z.unknown(),
    ...credential,
    request: (client, options) => client.security.authenticate({}, options),
  };
}

/**
 * Two questions where restricted indices play a part: the answer is by name alone, so the same name with and without
 * them would be mixed up.
 */
function questionsOf(descriptors: readonly NormalRoleDescriptor[]): readonly Question[] {
  const cluster = [...new Set(descriptors.flatMap((descriptor) => descriptor.cluster))];
  const application = applicationsOf(descriptors);
  const open = { cluster, index: indicesOf(descriptors, false), application };
  const restricted = { cluster: [], index: indicesOf(descriptors, true), application: [] };
  return [open, restricted].filter((question) => Object.values(question).some((list) => list.length > 0));
}

function indicesOf(descriptors: readonly NormalRoleDescriptor[], restricted: boolean): Question['index'] {
  const byName = new Map<string, Set<string>>();
  for (const entry of descriptors.flatMap(({ indices }) => indices)) {
    if (entry.allow_restricted_indices !== restricted || entry.privileges.length === 0) continue;
    for (const name of entry.names) byName.set(name, new Set([...(byName.get(name) ?? []), ...entry.privileges]));
  }
  return [...byName].map(([name, privileges]) => ({
    names: [name],
    privileges: [...privileges],
    allow_restricted_indices: restricted,
  }));
}

function applicationsOf(descriptors: readonly NormalRoleDescriptor[]): Question['application'] {
  return descriptors
    .flatMap(({ applications }) => applications)
    .filter((entry) => !entry.application.includes('*') && entry.privileges.length > 0 && entry.resources.length > 0)
    .map(({ application, resources, privileges }) => ({
      application,
      resources: [...resources],
      privileges: [...privileges],
    }));
}

function missingIn({ cluster, index, application }: Question, told: Answer): readonly string[] {
  const lacking = (what: string, privileges: readonly string[], have: Readonly<Record<string, boolean>> = {}) => {
    const missing = privileges.filter((privilege) => have[privilege] !== true);
    return missing.length === 0 ? [] : [`${what}: ${missing.join(', ')}`];
  };
  return [
    ...lacking('cluster', cluster, told.cluster),
    ...index.flatMap(({ names, privileges }) =>
      names.flatMap((name) => lacking(`indices ${name}`, privileges, told.index[name])),
    ),
    ...application.flatMap(({ application: name, resources, privileges }) =>
      resources.flatMap((resource) =>
        lacking(`application ${name} on ${resource}`, privileges, told.application[name]?.[resource]),
      ),
    ),
  ];
}
