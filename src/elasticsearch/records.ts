import * as z from 'zod';
import { METADATA_KEY } from '../api/names.ts';
import type { KeyMark, KeyRecord } from '../core/key-record.ts';
import { contentDigest } from '../core/role-normal.ts';

/** Ids and secret halves are base64url without padding: 20 and 22 characters in practice. */
export const keyID = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/);
export const keySecret = z.string().regex(/^[A-Za-z0-9_-]{8,512}$/);

/** Epoch milliseconds. */
export const milliseconds = z.number().int().nonnegative();
const object = z.record(z.string(), z.unknown());
const word = z.string().min(1).max(1024);
/** These are shown in events: nothing but a name of Kubernetes may stand there. */
const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);

const mark: z.ZodType<KeyMark> = z.object({
  installation: word,
  namespace: name,
  name,
  uid: word,
  attempt: word,
  fingerprint: word,
  reason: word,
  generation: word,
});

/** One entry of `api_keys`; `filter_path` drops `{}`, so it may be missing. */
const key = z.object({
  id: keyID,
  name: z.string().max(1024),
  creation: milliseconds,
  expiration: milliseconds.optional(),
  invalidated: z.boolean(),
  username: z.string().max(1024),
  realm: z.string().max(1024),
  metadata: object.default({}),
  role_descriptors: object.default({}),
});

/** Only that it is a list of objects: each entry is read by itself, so that one that is odd spoils no other. */
export const keyList = z.object({ api_keys: z.array(object).max(10_000).default([]) });

/** `undefined` for what is nested deeper than can be compared: no key of ours is, and no entry spoils the others. */
function digestOfAnswer(roleDescriptors: object, userMetadata: object): string | undefined {
  try {
    return contentDigest(roleDescriptors, userMetadata);
  } catch {
    return undefined;
  }
}

/** A key that bears this operator's mark, or `undefined`. */
export function keyRecord(entry: unknown): KeyRecord | undefined {
  const read = key.safeParse(entry);
  if (!read.success) return undefined;
  const { id, name, creation, expiration, invalidated, username, realm, metadata, role_descriptors } = read.data;
  const { [METADATA_KEY]: marked, ...userMetadata } = metadata;
  const ours = mark.safeParse(marked);
  const digest = digestOfAnswer(role_descriptors, userMetadata);
  if (!ours.success || digest === undefined) return undefined;
  return {
    id,
    name,
    creation,
    ...(expiration === undefined ? {} : { expiration }),
    invalidated,
    owner: { username, realm },
    mark: ours.data,
    contentDigest: digest,
  };
}

/** `metadata` of a key: the user's own and the mark. */
export const markedMetadata = (
  userMetadata: Readonly<Record<string, unknown>>,
  keyMark: KeyMark,
): Record<string, unknown> => ({ ...userMetadata, [METADATA_KEY]: keyMark });
