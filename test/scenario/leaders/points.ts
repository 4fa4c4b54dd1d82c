import type { BeatApiKey, BeatApiKeySpec } from '../../../src/api/types.ts';
import { collection } from '../stored-kinds.ts';
import type { Site } from '../site.ts';
import type { Hold, Matches } from '../trouble/gate.ts';
import type { Replica, Replicas } from './replicas.ts';

/** Who meets at a point: the leader that is held up in the middle of an effect, and the one that leads after it. */
export interface Meeting extends Pick<Replicas, 'site' | 'elasticsearch'> {
  readonly former: Replica;
  readonly heir: Replica;
}

/** An effect in whose middle a leader is held up, on an object of its own. */
export interface Point {
  /** Of the object. */
  readonly name: string;
  readonly what: string;
  /** The object has a key before, in the way of {@link wish}. */
  readonly old: boolean;
  /** What makes the effect begin. */
  readonly change: Partial<BeatApiKeySpec> | 'deletion';
  /** Orders that it be held. */
  hold(meeting: Meeting, before: BeatApiKey | undefined): Hold;
  /** Called before the heir leads; resolves when it has done its own work on the object. May release what is `late`. */
  inherit(meeting: Meeting, late: Hold): Promise<unknown>;
  /** The ids that were ever stored for the object: how many; where it was made anew meanwhile, for the new one. */
  readonly stored: number;
  /** What comes late is refused by its preconditions; left out: it is taken, and must do no harm. */
  readonly refused?: true;
  /** What else must hold in the end, when the object is well. Throws where it does not. */
  check?(meeting: Meeting): Promise<void>;
}

/** What an object asks for: these cluster privileges, and a rotation where `request` is another than before. */
export function wish(
  given: { readonly cluster?: readonly string[]; readonly request?: string; readonly overlap?: string } = {},
): Partial<BeatApiKeySpec> {
  const { cluster = ['monitor'], overlap = '2s', request } = given;
  return {
    roleDescriptors: { role: { cluster: [...cluster] } },
    rotation: { overlap, ...(request === undefined ? {} : { request }) },
  };
}

/** The object as it is stored. */
export async function current({ objects }: Site, name: string): Promise<BeatApiKey> {
  const object = await objects.find('BeatApiKey', name);
  if (object === undefined) throw new Error(`${name} is gone`);
  return object;
}

const KEYS = '/_security/api_key';
const names = (body: string, name: string): boolean => body.includes(`"name":"${name}"`);

export const isMint =
  (name: string): Matches =>
  ({ method, url, body }) =>
    method === 'PUT' && url.pathname === KEYS && names(body, name);

export const isUpdate =
  (name: string): Matches =>
  ({ method, url, body }) =>
    method === 'PUT' && url.pathname.startsWith(`${KEYS}/`) && names(body, name);

export const isInvalidation =
  (id: string): Matches =>
  ({ method, url, body }) =>
    method === 'DELETE' && url.pathname === KEYS && body.includes(`"${id}"`);

/** The first write of the object's Secret, or a later one; a rehearsal is none. */
export const isSecretWrite =
  (name: string, { objects }: Site): Matches =>
  ({ method, url, body }) => {
    const all = collection('Secret', objects.namespace);
    if (url.searchParams.has('dryRun')) return false;
    if (method === 'POST') return url.pathname === all && names(body, name);
    return method === 'PATCH' && url.pathname === `${all}/${name}`;
  };

/** A write of metadata of the Secret: labels, owner, journal. */
export const isSecretNote =
  (name: string, site: Site): Matches =>
  (request) =>
    isSecretWrite(name, site)(request) && !request.body.includes('"data":');

/** A write of the object, or of its status. */
export const isObjectWrite =
  (name: string, { objects }: Site, subresource: '' | '/status' = ''): Matches =>
  ({ method, url }) =>
    method === 'PATCH' && url.pathname === `${collection('BeatApiKey', objects.namespace)}/${name}${subresource}`;
