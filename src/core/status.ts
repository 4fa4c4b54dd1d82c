import type { BeatApiKey, BeatApiKeyStatus, Condition } from '../api/types.ts';
import { STATUS_LIMITS } from '../api/beat-api-key-status.ts';
import { formatDuration } from '../lib/duration.ts';
import { conditionsOf, type ConditionState } from './conditions.ts';
import { secretName, type DesiredOrProblems } from './desired.ts';
import type { Journal } from './journal.ts';
import { journalOf, type Observed } from './observed.ts';
import { supersededKeys } from './ownership.ts';
import { renewalTime } from './renewal.ts';
import { waitingFor } from './retirement.ts';
import { keyWorks, type Verdict } from './verdict.ts';

/** How many replaced keys and missing privileges the status spells out. */
const LISTED = 16;

/** The status that says how the object stands. It changes only where something changed, so that it may be compared. */
export function statusOf(
  observed: Observed,
  desired: DesiredOrProblems,
  verdict: Verdict,
  now: number,
): BeatApiKeyStatus {
  const { object, connection, close } = observed;
  const journal = journalOf(observed);
  const missing = close.missingPrivileges;
  return {
    observedGeneration: object.metadata.generation,
    conditions: conditionsOf(
      conditionStates(verdict, keyWorks(observed, now), object),
      object.status?.conditions ?? [],
      object.metadata.generation,
      now,
    ),
    secretName: line(secretName(object)),
    ...(desired.ok ? { overlap: formatDuration(desired.value.overlapMs) } : {}),
    ...(verdict.reason === 'PrivilegesMissing' && missing?.known === true
      ? { missingPrivileges: missing.value.slice(0, LISTED).map(line) }
      : {}),
    ...(journal === undefined ? {} : keyStatus(journal, observed, desired, now)),
    ...(connection.state === 'ready'
      ? { connection: { clusterUUID: connection.contact.clusterUUID, version: connection.contact.version } }
      : object.status?.connection === undefined
        ? {}
        : { connection: object.status.connection }),
  };
}

function keyStatus(journal: Journal, observed: Observed, desired: DesiredOrProblems, now: number): BeatApiKeyStatus {
  const { object, connection } = observed;
  const contact = connection.state === 'ready' ? connection.contact : undefined;
  const renewal = desired.ok ? renewalTime(object.metadata.uid, journal, desired.value) : undefined;
  const { handledRequest, handledRevokeRequest, superseded } = journal;
  return {
    keyID: line(journal.keyID),
    keyOwner: { username: line(journal.owner.username), realm: line(journal.owner.realm) },
    creationTime: instant(journal.created),
    ...(journal.expires === undefined ? {} : { expirationTime: instant(journal.expires) }),
    ...(renewal === undefined ? {} : { renewalTime: instant(renewal) }),
    ...(journal.reason === 'FirstIssue' || journal.reason === ''
      ? {}
      : { lastRotation: { time: instant(journal.created), reason: line(journal.reason) } }),
    ...(handledRequest === undefined ? {} : { handledRequest: line(handledRequest) }),
    ...(handledRevokeRequest === undefined ? {} : { handledRevokeRequest: line(handledRevokeRequest) }),
    ...(superseded.length === 0
      ? {}
      : {
          retiring: supersededKeys(journal)
            .slice(0, LISTED)
            .map((key) => ({
              keyID: line(key.id),
              since: instant(key.since),
              notBefore: instant(key.notBefore),
              waitingFor: line(waitingFor(observed, key, contact, now) ?? 'Elasticsearch'),
            })),
        }),
  };
}

/** The table of design: which condition when. */
function conditionStates(verdict: Verdict, works: boolean, object: BeatApiKey): readonly ConditionState[] {
  const { reason, message } = verdict;
  const all = (Ready: boolean, Reconciling: boolean, Stalled: boolean, text = message): readonly ConditionState[] => [
    { type: 'Ready', status: Ready, reason, message: text },
    { type: 'Reconciling', status: Reconciling, reason, message: Reconciling ? text : '' },
    { type: 'Stalled', status: Stalled, reason, message: Stalled ? text : '' },
  ];
  switch (verdict.state) {
    case 'ready':
      return all(true, false, false);
    case 'working':
      return works
        ? all(true, true, false, `${message}; the key in the Secret keeps working`)
        : all(false, true, false);
    case 'stalled':
      // That license takes the key its rights, whenever it was made.
      return all(
        false,
        false,
        true,
        works && reason !== 'LicenseInsufficient' ? `${message}; the key in the Secret keeps working` : message,
      );
    case 'deleting':
      return all(false, true, false);
    case 'suspended':
      return all(wasReady(object.status?.conditions), false, false);
  }
}

const wasReady = (conditions: readonly Condition[] = []): boolean =>
  conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

/** Annotations, which others may have edited, must not make a status that the API server refuses. */
const line = (text: string): string => text.slice(0, STATUS_LIMITS.text);

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
const instant = (time: number): string => new Date(time).toISOString().replace(/\.\d+/, '');
