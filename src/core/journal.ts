import * as z from 'zod';
import { ANNOTATIONS } from '../api/names.ts';
import type { KeyOwner } from './key-record.ts';

/** A key that was replaced and still works; `notBefore` is the earliest time to invalidate it. Epoch milliseconds. */
export interface Superseded {
  readonly id: string;
  readonly since: number;
  readonly notBefore: number;
  /** Given where nobody is waited for: no consumer keeps it alive beyond `notBefore`. */
  readonly atOnce?: true;
  /** Given where the key belongs to another user than the one that replaced it. */
  readonly owner?: KeyOwner;
}

/**
 * What the operator knows of the key in a Secret. It stands in the Secret's annotations, so that switching the key and
 * recording the switch are one write. Times are epoch milliseconds here and RFC 3339 in the annotations.
 */
export interface Journal {
  readonly keyID: string;
  readonly keyName: string;
  readonly owner: KeyOwner;
  readonly clusterUUID: string;
  /** When the key was made. */
  readonly created: number;
  /** When it or its record last changed; an inventory begun earlier says nothing about it. */
  readonly changed: number;
  /** When it was written into the Secret, by the API server's clock, which tells whole seconds. */
  readonly stored: number;
  readonly expires?: number;
  /** The expiration that was asked for, in Elasticsearch's grammar. */
  readonly requestedExpiration?: string;
  readonly fingerprint: string;
  /** Digest of everything that the Secret's data is rendered from, beside the key. */
  readonly template: string;
  readonly reason: string;
  readonly handledRequest?: string;
  readonly handledRevokeRequest?: string;
  readonly superseded: readonly Superseded[];
}

/** More waiting keys than this do not wait: the oldest go at once, so that the annotation stays small. */
export const SUPERSEDED_LIMIT = 16;
/** More than this are not written down; an inventory finds them again once there is room. */
export const SUPERSEDED_MOST = 64;

const instant = z.iso.datetime().transform((text) => Date.parse(text));
const ownerSchema = z.object({ username: z.string().min(1), realm: z.string().min(1) });
const supersededSchema = z
  .array(
    z.object({
      id: z.string().min(1),
      since: instant,
      notBefore: instant,
      atOnce: z.literal(true).exactOptional(),
      owner: ownerSchema.exactOptional(),
    }),
  )
  .max(SUPERSEDED_MOST);

const json =
  <T>(schema: z.ZodType<T>) =>
  (text: string | undefined): T | undefined => {
    try {
      return schema.parse(JSON.parse(text ?? ''));
    } catch {
      return undefined;
    }
  };
const readInstant = (text: string | undefined): number | undefined => instant.safeParse(text).data;
const readOwner = json(ownerSchema);
const readSuperseded = json(supersededSchema);
const writeInstant = (time: number): string => new Date(time).toISOString();

/**
 * The journal in a Secret's annotations; `undefined` where there is none, or a part is missing or was damaged. Who writes
 * a new key into the Secret cannot know when the API server will have taken it: that write leaves `keyStored` out, and
 * until the next one the Secret itself tells (`writtenAt`, epoch milliseconds).
 */
export function readJournal(annotations: Readonly<Record<string, string>>, writtenAt?: number): Journal | undefined {
  const at = (name: keyof typeof ANNOTATIONS): string | undefined => annotations[ANNOTATIONS[name]];
  const keyID = at('keyID');
  const keyName = at('keyName');
  const owner = readOwner(at('keyOwner'));
  const clusterUUID = at('clusterUUID');
  const created = readInstant(at('keyCreated'));
  const changed = readInstant(at('keyChanged'));
  const fingerprint = at('fingerprint');
  const superseded = readSuperseded(at('superseded') ?? '[]');
  const expires = at('keyExpires') === undefined ? undefined : readInstant(at('keyExpires'));
  if (!keyID || !keyName || !owner || !clusterUUID || !fingerprint || !superseded) return undefined;
  if (created === undefined || changed === undefined) return undefined;
  const stored = readInstant(at('keyStored')) ?? Math.max(changed, writtenAt ?? changed);
  const switched = at('keyStored') === undefined ? changed : undefined;
  const replaced = superseded.map((key) => (key.since === switched ? { ...key, since: stored } : key));
  if (at('keyExpires') !== undefined && expires === undefined) return undefined;
  const optional = {
    expires,
    requestedExpiration: at('requestedExpiration') || undefined,
    handledRequest: at('handledRequest') || undefined,
    handledRevokeRequest: at('handledRevokeRequest') || undefined,
  };
  return {
    keyID,
    keyName,
    owner,
    clusterUUID,
    created,
    changed,
    stored,
    fingerprint,
    template: at('template') ?? '',
    reason: at('rotationReason') ?? '',
    // Each once, and never the key of the Secret itself: the annotation may have been edited.
    superseded: [...new Map(replaced.map((key) => [key.id, key])).values()].filter(({ id }) => id !== keyID),
    ...definedOnly(optional),
  };
}

/** Every key that the journal names: the current one first, then those it replaced. */
export const keyIDsOf = ({ keyID, superseded }: Journal): readonly string[] => [
  keyID,
  ...superseded.map(({ id }) => id),
];

/**
 * The annotations of a journal; `null` stands for one that must not be there. `stored` is left out by the write that
 * stores a new key, whose replaced key then bears the time of `changed`.
 */
export function journalAnnotations(
  journal: Omit<Journal, 'stored'> & { readonly stored?: number },
): Record<string, string | null> {
  return {
    [ANNOTATIONS.keyID]: journal.keyID,
    [ANNOTATIONS.keyName]: journal.keyName,
    [ANNOTATIONS.keyOwner]: JSON.stringify(journal.owner),
    [ANNOTATIONS.clusterUUID]: journal.clusterUUID,
    [ANNOTATIONS.keyCreated]: writeInstant(journal.created),
    [ANNOTATIONS.keyChanged]: writeInstant(journal.changed),
    [ANNOTATIONS.keyStored]: journal.stored === undefined ? null : writeInstant(journal.stored),
    [ANNOTATIONS.keyExpires]: journal.expires === undefined ? null : writeInstant(journal.expires),
    [ANNOTATIONS.requestedExpiration]: journal.requestedExpiration ?? null,
    [ANNOTATIONS.fingerprint]: journal.fingerprint,
    [ANNOTATIONS.template]: journal.template,
    [ANNOTATIONS.rotationReason]: journal.reason,
    [ANNOTATIONS.handledRequest]: journal.handledRequest ?? null,
    [ANNOTATIONS.handledRevokeRequest]: journal.handledRevokeRequest ?? null,
    [ANNOTATIONS.superseded]:
      journal.superseded.length === 0
        ? null
        : JSON.stringify(
            journal.superseded.map(({ since, notBefore, ...rest }) => ({
              ...rest,
              since: writeInstant(since),
              notBefore: writeInstant(notBefore),
            })),
          ),
  };
}

/** What takes a journal out of a Secret's annotations. */
export function withoutJournal(): Record<string, null> {
  const { installation: _claim, abandonKeys: _abandon, adopt: _adopt, ...journal } = ANNOTATIONS;
  return Object.fromEntries(Object.values(journal).map((name) => [name, null]));
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOnly<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<T>;
}
