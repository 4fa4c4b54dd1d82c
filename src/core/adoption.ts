import { ANNOTATIONS } from '../api/names.ts';
import type { BeatApiKey } from '../api/types.ts';
import type { AdoptSecret, Plan } from './actions.ts';
import type { Contact } from './contact.ts';
import type { Desired } from './desired.ts';
import { secretName } from './desired.ts';
import { keyMark } from './key-request.ts';
import { readJournal } from './journal.ts';
import { isLive, type KeyRecord } from './key-record.ts';
import type { Observed } from './observed.ts';
import { ownedBy } from './ownership.ts';
import { secretPlan } from './secret-plan.ts';
import { working } from './verdict.ts';

/** So much is repeated in a message of what others wrote, who need not keep to any length. */
const REPEATED = 100;
const cut = (text: string): string => text.slice(0, REPEATED);

/** The one value of the annotation that hands a Secret over to this object. */
const handOver = ({ metadata: { namespace, name } }: BeatApiKey): string => `${namespace}/${name}`;

/**
 * Why the Secret of the object's name is left untouched, in one sentence; `undefined` where there is none, or it is the
 * object's own, or it is handed over by its annotation. Whoever may set that may write the Secret anyway.
 */
export function refusedAdoption({ object, secret, close }: Observed): string | undefined {
  if (!secret.known || secret.value.state !== 'foreign') return undefined;
  const { metadata, holder } = secret.value;
  const name = `Secret ${secretName(object)}`;
  const asked = metadata.annotations[ANNOTATIONS.adopt];
  const wanted = `${ANNOTATIONS.adopt}: ${handOver(object)}`;
  if (asked === undefined) {
    const wayOut = holder === undefined ? `, or hand it over to this object with the annotation ${wanted}` : '';
    return `${name} exists and was not made for this object; it is left untouched: delete or rename it, name another in a new object's spec.secret.name${wayOut}`;
  }
  if (asked !== handOver(object)) {
    return `${name} was not made for this object; its annotation ${ANNOTATIONS.adopt} is ${JSON.stringify(cut(asked))}, and only ${wanted} hands it over`;
  }
  if (holder !== undefined) {
    return `${name} belongs to ${cut(holder)}, which is there, so that its annotation ${ANNOTATIONS.adopt} does not hand it over`;
  }
  if (close.handedOver?.known !== true) return undefined;
  const { type, immutable } = close.handedOver.value;
  if (type !== 'Opaque')
    return `${name} is handed over, but is of type ${cut(type)}; only a Secret of type Opaque is adopted`;
  return immutable
    ? `${name} is handed over, but is immutable; only a Secret that can be changed is adopted`
    : undefined;
}

/**
 * Makes a Secret that was handed over the object's own. The key in it goes on where its mark proves that this
 * installation made it for an object of this very name, which is this one or is gone, and where this user may change
 * it; any other is not touched, and what the Secret says of it is not believed.
 */
export function planAdoption(observed: Observed, desired: Desired, contact: Contact, now: number): Plan | undefined {
  const { object, secret, close } = observed;
  if (!secret.known || secret.value.state !== 'foreign') return undefined;
  const { metadata } = secret.value;
  const action: AdoptSecret = {
    type: 'adoptSecret',
    secret: metadata,
    write: secretPlan(object, desired, metadata),
    ...(close.handedOver?.known === true ? own(close.handedOver.value.record, observed, desired, contact, now) : {}),
  };
  return {
    actions: [action],
    verdict: working('Updating', `Secret ${metadata.name}, which was handed over, is being made the object's own`),
  };
}

function own(
  record: KeyRecord | undefined,
  observed: Observed,
  desired: Desired,
  contact: Contact,
  now: number,
): Pick<AdoptSecret, 'journal' | 'key'> {
  const { object, secret } = observed;
  if (record === undefined || !isMadeForName(observed, record)) return {};
  const metadata = secret.known && secret.value.state === 'foreign' ? secret.value.metadata : undefined;
  const journal = metadata === undefined ? undefined : readJournal(metadata.annotations, metadata.writtenAt);
  if (journal === undefined || journal.keyID !== record.id) return {};
  // A pass that was killed half-way has changed the key already.
  const isMarked = record.mark.uid === object.metadata.uid;
  if (isMarked || !isLive(record, now) || !ownedBy(record, { owner: contact.owner })) return { journal };
  const { roleDescriptors, userMetadata, fingerprint } = desired;
  const change = { roleDescriptors, userMetadata, mark: keyMark(observed, desired, journal.reason) };
  return { journal: { ...journal, fingerprint }, key: { record, change } };
}

/** Two objects of one kind never have one name at once: the one that the key was made for is this one, or is gone. */
function isMadeForName({ operator, object: { metadata } }: Observed, { mark }: KeyRecord): boolean {
  return (
    mark.installation === operator.installation && mark.namespace === metadata.namespace && mark.name === metadata.name
  );
}
