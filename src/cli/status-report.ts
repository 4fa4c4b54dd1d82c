import { ANNOTATIONS } from '../api/names.ts';
import type { BeatApiKey } from '../api/types.ts';
import { lookAtConsumers } from '../controller/consumers.ts';
import { viewSecret } from '../controller/observe.ts';
import { keyIDAnnotation, nameOf as consumerName, waitsFor, type ConsumerView } from '../core/consumers.ts';
import { secretName } from '../core/desired.ts';
import { Failure } from '../core/failure.ts';
import { keyIDsOf, type Journal } from '../core/journal.ts';
import type { KeyRecord } from '../core/key-record.ts';
import type { SecretView } from '../core/observed.ts';
import type { SecretMetadata } from '../core/secret.ts';
import type { Caller } from '../kubernetes/caller.ts';
import { CONNECTIONS, SECRETS } from '../kubernetes/resource.ts';
import { secretMetadata } from '../kubernetes/secret-metadata.ts';
import { connectionOf } from './census.ts';
import { readEvents, type EventLine } from './event-lines.ts';
import { callerText } from './failure-text.ts';
import { openKeyAccess, type KeyAccessOptions } from './key-access.ts';
import { keyStates, type KeyState } from './key-state.ts';
import { instant } from './moment.ts';
import { nameOf } from './objects.ts';
import { stateWords } from './state-words.ts';

/** All that is known of an object, in words and without anything secret. Times are RFC 3339. */
export interface StatusReport {
  readonly beatApiKey: string;
  readonly state: string;
  readonly conditions: NonNullable<NonNullable<BeatApiKey['status']>['conditions']>;
  readonly connection: string;
  readonly secret: string;
  readonly key: string;
  /** What `spec.rotation` asks for and is not carried out yet. */
  readonly requests: readonly string[];
  readonly retiring: readonly string[];
  readonly otherKeys: readonly string[];
  readonly consumers: readonly string[];
  readonly events: readonly EventLine[];
}

/** Keys of the object as Elasticsearch has them, or why that is not known. */
type Keys =
  | { readonly ok: true; readonly records: readonly KeyRecord[]; readonly user: string; readonly seesAll: boolean }
  | { readonly ok: false; readonly reason: string };

/** Looks at everything that belongs to an object; what the caller may not see says so. Throws `Failure` for the object's own. */
export async function statusReport(
  object: BeatApiKey,
  options: KeyAccessOptions | undefined,
  caller: Caller,
): Promise<StatusReport> {
  const secret = await attempt(() => readSecret(object, caller));
  const metadata = 'value' in secret ? metadataOf(secret.value) : undefined;
  const journal = 'value' in secret && secret.value.state === 'ours' ? secret.value.journal : undefined;
  const keys: Keys =
    options === undefined ? { ok: false, reason: 'not asked for' } : await readKeys(object, options, caller);
  const consumers = await attempt(() => lookAtConsumers(object, caller.workloads));
  const events = await attempt(() => readEvents(object, caller));
  const stateOf = stateIn(object, metadata, caller.now());
  const cluster = object.status?.connection;
  return {
    beatApiKey: nameOf(object),
    state: stateWords(object),
    conditions: object.status?.conditions ?? [],
    connection: [
      connectionOf(object),
      ...(cluster?.clusterUUID === undefined ? [] : [`cluster ${cluster.clusterUUID}`]),
      ...(cluster?.version === undefined ? [] : [`Elasticsearch ${cluster.version}`]),
    ].join(', '),
    secret: 'value' in secret ? secretWords(object, secret.value) : `${secretName(object)}: ${secret.reason}`,
    key: keyWords(object, journal, keys, stateOf, caller.now()),
    requests: openRequests(object),
    retiring: retiringWords(object, keys, stateOf),
    otherKeys: otherKeys(object, journal, keys, stateOf),
    consumers: 'value' in consumers ? consumerWords(object, consumers.value, journal) : [consumers.reason],
    events: 'value' in events ? events.value : [{ time: '', type: '', reason: '', note: events.reason, count: 0 }],
  };
}

type Attempt<T> = { readonly value: T } | { readonly reason: string };

async function attempt<T>(look: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await look() };
  } catch (error) {
    if (error instanceof Failure) return { reason: callerText(error) };
    throw error;
  }
}

async function readSecret(object: BeatApiKey, { client }: Caller): Promise<SecretView> {
  const { namespace } = object.metadata;
  const found = await client.getMetadata({ resource: SECRETS, namespace, name: secretName(object) });
  return viewSecret(object, found === undefined ? undefined : secretMetadata(found), { values: () => [object] });
}

const metadataOf = (view: SecretView): SecretMetadata | undefined =>
  view.state === 'absent' ? undefined : view.metadata;

function secretWords(object: BeatApiKey, view: SecretView): string {
  const name = secretName(object);
  if (view.state === 'absent') return `${name}: is not there`;
  if (view.state === 'foreign')
    return `${name}: is there and not of this BeatApiKey${view.holder === undefined ? '' : ` but of ${view.holder}`}`;
  const { journal } = view;
  if (journal === undefined) return `${name}: is of this BeatApiKey, and does not tell which key it holds`;
  return `${name}: holds key ${journal.keyID} since ${instant(journal.stored)}`;
}

async function readKeys(object: BeatApiKey, options: KeyAccessOptions, caller: Caller): Promise<Keys> {
  const installation = object.metadata.annotations?.[ANNOTATIONS.installation];
  if (installation === undefined) return { ok: false, reason: 'no operator has taken the object on' };
  const found = await attempt(async () => {
    const [namespace = '', name = ''] = connectionOf(object).split('/');
    return caller.client.get({ resource: CONNECTIONS, namespace, name });
  });
  if ('reason' in found) return { ok: false, reason: found.reason };
  if (found.value === undefined) return { ok: false, reason: 'the ElasticsearchConnection is not there' };
  const opened = await openKeyAccess(found.value, options, caller);
  if (!opened.ok) return opened;
  await using access = opened.access;
  const { search, searcher } = access;
  const records = await attempt(() => search.search({ installation, uid: object.metadata.uid, dead: 'any' }));
  if ('reason' in records) return { ok: false, reason: records.reason };
  const { owner, manageApiKey } = searcher;
  return { ok: true, records: records.value, user: owner.username, seesAll: manageApiKey };
}

type StateOf = (key: KeyRecord) => KeyState;

function stateIn(object: BeatApiKey, secret: SecretMetadata | undefined, now: number): StateOf {
  const secrets = secret === undefined ? undefined : [secret];
  return keyStates({ objects: [object], secrets, everywhere: false, attemptLimitMs: 0 }, now);
}

/** Searches find a key a second after it was made, those of serverless projects later; milliseconds. */
const YOUNG_MS = 15_000;

function keyWords(
  { status }: BeatApiKey,
  journal: Journal | undefined,
  keys: Keys,
  stateOf: StateOf,
  now: number,
): string {
  const id = journal?.keyID ?? status?.keyID;
  if (id === undefined) return 'there is none yet';
  const record = keys.ok ? keys.records.find((one) => one.id === id) : undefined;
  const owner = record?.owner ?? journal?.owner ?? status?.keyOwner;
  const { creationTime, expirationTime, renewalTime } = status ?? {};
  const created = journal?.created ?? Date.parse(creationTime ?? '');
  const isHidden = keys.ok && record === undefined && now - created < YOUNG_MS;
  const expires = record?.expiration === undefined ? expirationTime : instant(record.expiration);
  return [
    `${id}: ${isHidden ? 'too young for a search to find it' : liveliness(record, keys, stateOf)}`,
    ...(owner === undefined ? [] : [`of user ${owner.username} (${owner.realm})`]),
    ...(creationTime === undefined ? [] : [`made ${creationTime}`]),
    expires === undefined ? 'never expires' : `expires ${expires}`,
    ...(renewalTime === undefined ? [] : [`is replaced from ${renewalTime} on`]),
  ].join(', ');
}

function liveliness(record: KeyRecord | undefined, keys: Keys, stateOf: StateOf): string {
  if (!keys.ok) return `its state in Elasticsearch is not known (${keys.reason})`;
  if (record !== undefined) return stateOf(record);
  return keys.seesAll
    ? 'Elasticsearch has no such key'
    : `user ${keys.user} sees no such key: it is gone, or another user's`;
}

const openRequests = ({ spec, status }: BeatApiKey): readonly string[] => [
  ...(spec.rotation?.request === undefined || spec.rotation.request === status?.handledRequest
    ? []
    : [`rotate (${JSON.stringify(spec.rotation.request)})`]),
  ...(spec.rotation?.revokeRequest === undefined || spec.rotation.revokeRequest === status?.handledRevokeRequest
    ? []
    : [`revoke (${JSON.stringify(spec.rotation.revokeRequest)})`]),
];

function retiringWords({ status }: BeatApiKey, keys: Keys, stateOf: StateOf): readonly string[] {
  return (status?.retiring ?? []).map(({ keyID, since, notBefore, waitingFor }) => {
    const record = keys.ok ? keys.records.find(({ id }) => id === keyID) : undefined;
    const state = keys.ok ? ` (${liveliness(record, keys, stateOf)})` : '';
    const earliest = notBefore === undefined ? '' : `, works until ${notBefore} at least`;
    return `${keyID}${state}: replaced ${since}${earliest}, waits for ${waitingFor ?? 'Elasticsearch'}`;
  });
}

/** Living keys that the Secret does not name: of an attempt that was cut off, or replaced without record. */
function otherKeys(object: BeatApiKey, journal: Journal | undefined, keys: Keys, stateOf: StateOf): readonly string[] {
  if (!keys.ok) return [];
  const { keyID, retiring = [] } = object.status ?? {};
  const known = new Set([
    keyID,
    ...retiring.map((key) => key.keyID),
    ...(journal === undefined ? [] : keyIDsOf(journal)),
  ]);
  return keys.records
    .filter((record) => !known.has(record.id) && !['Invalidated', 'Expired'].includes(stateOf(record)))
    .map(({ id, creation }) => `${id}: works, made ${instant(creation)}, and no Secret of the object names it`);
}

function consumerWords(
  object: BeatApiKey,
  consumers: readonly ConsumerView[] | undefined,
  journal: Journal | undefined,
): readonly string[] {
  if (consumers === undefined) return ['spec.consumers cannot be read'];
  const replaced = journal?.superseded.at(-1);
  return consumers.map((view) => {
    const name = consumerName(view.consumer);
    if (!view.workload.known) return `${name}: ${callerText(view.workload.failure)}`;
    if (view.pods?.known === false) return `${name}: ${callerText(view.pods.failure)}`;
    if (view.workload.value === undefined) return `${name}: does not exist`;
    if (journal !== undefined && replaced !== undefined) {
      const waits = waitsFor(view, replaced, journal, keyIDAnnotation(object));
      return waits === undefined ? `${name}: all pods are on the current key` : `not all on the current key: ${waits}`;
    }
    const { available, desired } = view.workload.value;
    return `${name}: ${available} of ${desired} pods are available`;
  });
}
