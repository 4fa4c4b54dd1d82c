import { ANNOTATIONS, LABELS, MANAGED_BY } from '../api/names.ts';
import type { BeatApiKey } from '../api/types.ts';
import { digest } from '../lib/digest.ts';
import type { SecretPlan } from './actions.ts';
import type { Terms } from './connection-view.ts';
import { dataKeys, type Desired } from './desired.ts';
import type { SecretMetadata, SecretOwner } from './secret.ts';

/** A plan is made some times in a pass, for the same wish and the same terms. */
const digests = new WeakMap<Desired, { readonly terms: Terms; readonly digest: string }>();

/** Digest of everything but the key that the Secret's data is rendered from. */
export function templateDigest({ metadata: { namespace, name } }: BeatApiKey, desired: Desired, terms: Terms): string {
  const before = digests.get(desired);
  if (before?.terms === terms) return before.digest;
  const made = digest({ templates: desired.secret.templates, url: terms.url, ca: terms.ca, namespace, name });
  digests.set(desired, { terms, digest: made });
  return made;
}

/** How the Secret shall look; `current` is the Secret as it is, whose leftovers of ours are taken away. */
export function secretPlan(object: BeatApiKey, desired: Desired, current?: SecretMetadata): SecretPlan {
  const { labels, annotations, templates, name } = desired.secret;
  const wantedLabels = { ...labels, [LABELS.managedBy]: MANAGED_BY, [LABELS.ownerUID]: object.metadata.uid };
  const wantedData = dataKeys(desired.secret);
  return {
    name,
    labels: { ...leftovers(current?.ownedLabels, wantedLabels), ...wantedLabels },
    annotations: { ...leftovers(current?.ownedAnnotations, annotations), ...annotations, ...usedUp(current) },
    templates,
    dropped: (current?.ownedDataKeys ?? []).filter((key) => !wantedData.includes(key)),
    owner: ownerOf(object, desired.retain),
  };
}

/** True where labels, annotations, owner or the set of data keys of `current` are not as planned. */
export function differs(plan: SecretPlan, current: SecretMetadata): boolean {
  return (
    plan.dropped.length > 0 ||
    !holds(plan.labels, current.labels) ||
    !holds(plan.annotations, current.annotations) ||
    (plan.owner?.uid ?? undefined) !== current.controllerUID
  );
}

function ownerOf({ metadata }: BeatApiKey, retain: boolean): SecretOwner | null {
  return retain ? null : { name: metadata.name, uid: metadata.uid };
}

function leftovers(owned: readonly string[] = [], wanted: Readonly<Record<string, unknown>>): Record<string, null> {
  return Object.fromEntries(owned.filter((key) => !(key in wanted)).map((key) => [key, null]));
}

/** A Secret that is ours was handed over once, or need not be: left there, the annotation would hand it over once more. */
const usedUp = (current: SecretMetadata | undefined): Record<string, null> =>
  current?.annotations[ANNOTATIONS.adopt] === undefined ? {} : { [ANNOTATIONS.adopt]: null };

function holds(wanted: Readonly<Record<string, string | null>>, have: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => (value === null ? !(key in have) : have[key] === value));
}

/** What a merge patch needs so that data keys which are not wanted any more go. */
export const droppedData = ({ dropped }: Pick<SecretPlan, 'dropped'>): Readonly<Record<string, null>> =>
  Object.fromEntries(dropped.map((key) => [key, null]));
