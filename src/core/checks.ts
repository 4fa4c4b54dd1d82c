import { ANNOTATIONS } from '../api/names.ts';
import { describeProblems } from '../api/parse.ts';
import type { RoleDescriptors } from '../api/types.ts';
import { refusedAdoption } from './adoption.ts';
import { refusedNamespace } from './consent.ts';
import type { ConnectionView, Terms } from './connection-view.ts';
import type { DesiredOrProblems } from './desired.ts';
import { verdictOfFailure } from './failure-policy.ts';
import type { Observed } from './observed.ts';
import { beyondTerms } from './policy.ts';
import { normalRoleDescriptors } from './role-normal.ts';
import { stalled, type Verdict } from './verdict.ts';

/** A reason why nothing may be done for the object until a person changes something; `undefined` where there is none. */
type Check = (observed: Observed, desired: DesiredOrProblems) => Verdict | undefined;

/** In this order, so that the message names what has to be mended first. */
const checks: readonly Check[] = [
  claimedByAnotherInstallation,
  specIsInvalid,
  connectionIsAbsent,
  namespaceIsNotAllowed,
  requestIsBeyondTerms,
  licenseDoesNotCoverRequest,
  secretIsForeign,
  privilegesAreMissing,
  serverRefusedRequest,
];

/** The first reason against acting for the object; keys that it has already keep working. */
export function firstRefusal(observed: Observed, desired: DesiredOrProblems): Verdict | undefined {
  for (const check of checks) {
    const refusal = check(observed, desired);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function claimedByAnotherInstallation({ object, operator }: Observed): Verdict | undefined {
  const claim = object.metadata.annotations?.[ANNOTATIONS.installation];
  if (claim === undefined || claim === operator.installation) return undefined;
  return stalled(
    'ClaimedByAnotherInstallation',
    `annotation ${ANNOTATIONS.installation} names installation ${claim}, this one is ${operator.installation}; two installations never share an object`,
  );
}

function specIsInvalid(_: Observed, desired: DesiredOrProblems): Verdict | undefined {
  return desired.ok ? undefined : stalled('InvalidSpec', describeProblems(desired.problems));
}

function connectionIsAbsent({ object, connection }: Observed): Verdict | undefined {
  if (connection.state !== 'absent') return undefined;
  const { name, namespace = object.metadata.namespace } = object.spec.connectionRef;
  return stalled(
    'ConnectionNotFound',
    `spec.connectionRef: there is no ElasticsearchConnection ${name} in namespace ${namespace}`,
  );
}

const termsOf = (connection: ConnectionView): Terms | undefined =>
  connection.state === 'absent' ? undefined : connection.terms;

function namespaceIsNotAllowed({ object, connection, namespaceLabels }: Observed): Verdict | undefined {
  const terms = termsOf(connection);
  if (terms === undefined) return undefined;
  const refused = refusedNamespace(terms, object.metadata.namespace, namespaceLabels);
  return refused === undefined ? undefined : stalled('NamespaceNotAllowed', refused);
}

function requestIsBeyondTerms({ object, connection }: Observed, desired: DesiredOrProblems): Verdict | undefined {
  const terms = termsOf(connection);
  if (terms === undefined || !desired.ok) return undefined;
  const beyond = beyondTerms(terms, object.metadata.namespace, desired.value);
  if (beyond.length === 0) return undefined;
  return stalled(
    'PolicyViolation',
    `beyond spec.policy of ElasticsearchConnection ${terms.namespace}/${terms.name}: ${list(beyond)}`,
  );
}

/**
 * Elasticsearch makes such a key under any licence, and `_has_privileges` finds nothing missing; but then it denies every
 * request of the key to the indices, so that Beats lose their events.
 */
function licenseDoesNotCoverRequest({ connection }: Observed, desired: DesiredOrProblems): Verdict | undefined {
  if (connection.state !== 'ready' || !desired.ok) return undefined;
  const { limitedLicense } = connection.contact;
  const restricted = limitedLicense === undefined ? [] : restrictedIndices(desired.value.roleDescriptors);
  if (restricted.length === 0) return undefined;
  return stalled(
    'LicenseInsufficient',
    `field_security and query need a platinum, enterprise or trial license, the cluster has ${limitedLicense}, under which Elasticsearch denies such a key every request to the indices: ${list(restricted)}`,
  );
}

/** Index entries that field or document level security restricts: `spec.roleDescriptors.ROLE.indices: NAMES`. */
function restrictedIndices(roles: RoleDescriptors): readonly string[] {
  return Object.entries(normalRoleDescriptors(roles)).flatMap(([role, { indices }]) =>
    indices
      .filter(({ field_security: fields, query }) => query !== undefined || fields !== undefined)
      .map(({ names }) => `spec.roleDescriptors.${role}.indices: ${names.join(', ')}`),
  );
}

function secretIsForeign(observed: Observed): Verdict | undefined {
  const refused = refusedAdoption(observed);
  return refused === undefined ? undefined : stalled('SecretConflict', refused);
}

function privilegesAreMissing({ close }: Observed): Verdict | undefined {
  const missing = close.missingPrivileges;
  if (missing === undefined) return undefined;
  if (!missing.known) return verdictOfFailure(missing.failure);
  if (missing.value.length === 0) return undefined;
  return stalled(
    'PrivilegesMissing',
    `the connection's user cannot pass on what it does not hold itself: ${list(missing.value)}`,
  );
}

function serverRefusedRequest({ refusal }: Observed): Verdict | undefined {
  return refusal === undefined ? undefined : verdictOfFailure(refusal);
}

/** At most so many are spelt out: a condition's message is read by people. */
const SPELT_OUT = 8;

function list(parts: readonly string[]): string {
  const more = parts.length - SPELT_OUT;
  return parts.slice(0, SPELT_OUT).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
