import { DATA_KEYS } from '../api/names.ts';
import { parseBeatApiKeySpec } from '../api/parse.ts';
import type { BeatApiKey, BeatApiKeySpec, RoleDescriptors } from '../api/types.ts';
import type { Problem } from '../api/parse.ts';
import { digest } from '../lib/digest.ts';
import { parseDuration } from '../lib/duration.ts';
import { remembered } from '../lib/remembered.ts';
import { presetRoleDescriptors } from './presets.ts';
import { contentDigest } from './role-normal.ts';

/** A spec with everything resolved: what the key and the Secret shall be. Durations are milliseconds. */
export interface Desired {
  readonly keyName: string;
  readonly roleDescriptors: RoleDescriptors;
  readonly userMetadata: Readonly<Record<string, unknown>>;
  /** As written, and in milliseconds; left out: the key never expires. */
  readonly expiration?: { readonly text: string; readonly ms: number };
  readonly renewBeforeMs: number;
  readonly overlapMs: number;
  readonly request?: string;
  readonly revokeRequest?: string;
  readonly secret: DesiredSecret;
  readonly retain: boolean;
  /** Digest of role descriptors and user metadata, in the normal form that the server's answer is brought to as well. */
  readonly contentDigest: string;
  /** Digest of all that an update in place or a new key must bring to Elasticsearch. */
  readonly fingerprint: string;
}

export interface DesiredSecret {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Templates of the data keys beside the standard ones. */
  readonly templates: Readonly<Record<string, string>>;
}

export type DesiredOrProblems =
  { readonly ok: true; readonly value: Desired } | { readonly ok: false; readonly problems: readonly Problem[] };

const DEFAULT_OVERLAP_MS = 60 * 60 * 1000;
/** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-security-create-api-key: at most 256 */
const KEY_NAME_LIMIT = 256;

/** Objects of a fleet are much alike, and each is looked at again and again. */
const parse = remembered(parseBeatApiKeySpec, 250);

/** Resolves the spec of an object. Every problem is named; a spec with a problem gives no half result. */
export function desire(object: BeatApiKey): DesiredOrProblems {
  const parsed = parse(object.spec);
  if (!parsed.ok) return parsed;
  return { ok: true, value: resolve(object, parsed.value) };
}

function resolve(object: BeatApiKey, spec: BeatApiKeySpec): Desired {
  const roleDescriptors =
    spec.roleDescriptors ??
    (spec.preset === undefined ? {} : presetRoleDescriptors(spec.preset.beat, spec.preset.uses ?? ['publishing']));
  const userMetadata = spec.metadata ?? {};
  const expirationMs = spec.expiration === undefined ? undefined : parseDuration(spec.expiration);
  const content = contentDigest(roleDescriptors, userMetadata);
  const template = spec.secret?.template;
  const { request, revokeRequest } = spec.rotation ?? {};
  return {
    keyName: spec.keyName ?? defaultKeyName(object),
    roleDescriptors,
    userMetadata,
    ...(spec.expiration === undefined || expirationMs === undefined
      ? {}
      : { expiration: { text: spec.expiration, ms: expirationMs } }),
    renewBeforeMs: durationOr(spec.rotation?.renewBefore, (expirationMs ?? 0) / 3),
    overlapMs: durationOr(spec.rotation?.overlap, DEFAULT_OVERLAP_MS),
    ...(request === undefined ? {} : { request }),
    ...(revokeRequest === undefined ? {} : { revokeRequest }),
    secret: {
      name: secretName(object),
      labels: template?.labels ?? {},
      annotations: template?.annotations ?? {},
      templates: template?.data ?? {},
    },
    retain: retains(object),
    contentDigest: content,
    fingerprint: digest({ content, expiration: spec.expiration ?? null }),
  };
}

/** Tells the whole request for a new key from others: what an update brings, and the name. */
export const requestIdentity = ({ fingerprint, keyName }: Desired): string => `${fingerprint} ${keyName}`;

/** The Secret's name, resolved; it needs no valid spec, since it is what an object that is in trouble still holds. */
export function secretName(object: BeatApiKey): string {
  const name: unknown = object.spec?.secret?.name;
  return typeof name === 'string' && name !== '' ? name : object.metadata.name;
}

/** True where key and Secret outlive the object. */
export const retains = (object: BeatApiKey): boolean => object.spec?.deletionPolicy === 'Retain';

/** Data keys that a Secret of these templates carries. */
export const dataKeys = (secret: DesiredSecret): readonly string[] => [...DATA_KEYS, ...Object.keys(secret.templates)];

function defaultKeyName({ metadata: { namespace, name } }: BeatApiKey): string {
  const full = `${namespace}/${name}`;
  return full.length <= KEY_NAME_LIMIT ? full : `${full.slice(0, KEY_NAME_LIMIT - 9)}-${digest(full).slice(0, 8)}`;
}

function durationOr(text: string | undefined, otherwise: number): number {
  return (text === undefined ? undefined : parseDuration(text)) ?? otherwise;
}
