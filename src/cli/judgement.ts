import { parseElasticsearchConnectionSpec, unknownBeatApiKeyFields, unknownConnectionFields } from '../api/parse.ts';
import type { Problem } from '../api/parse.ts';
import type { BeatApiKeyReason } from '../api/reasons.ts';
import type { BeatApiKey, ElasticsearchConnection } from '../api/types.ts';
import { asksForNameOnly, labelsOf, refusedNamespace } from '../core/consent.ts';
import { caSource, termsOf } from '../core/connection-terms.ts';
import type { Terms } from '../core/connection-view.ts';
import { desire, secretName, type Desired } from '../core/desired.ts';
import { beyondTerms } from '../core/policy.ts';
import { nameOf, type Objects, type Placed } from './objects.ts';

/** Why an object would be refused, in the words of its conditions. */
export interface Refusal {
  readonly reason: BeatApiKeyReason;
  readonly message: string;
}

/** What the operator would make of a BeatApiKey, as far as manifests tell. */
export interface Judgement extends Placed<BeatApiKey> {
  /** `namespace/name` of the connection; `undefined` where the spec names none. */
  readonly connection: string | undefined;
  /** Empty: it would be accepted. */
  readonly refusals: readonly Refusal[];
  /** What could not be checked. */
  readonly notes: readonly string[];
  /** Where the spec can be read. */
  readonly desired?: Desired;
  readonly terms?: Terms;
}

/** Stands for the certificates of a connection, which are in no manifest. */
const UNKNOWN_CA = '<certificate authority>';

export interface Options {
  /** A connection that is not among the manifests is noted, and no reason to refuse. */
  readonly allowsMissingConnections: boolean;
}

/** Judges every BeatApiKey in the order of the manifests. */
export function judge(objects: Objects, options: Options): readonly Judgement[] {
  const connections = new Map(objects.connections.map(({ object }) => [nameOf(object), readConnection(object)]));
  const secrets = new Map<string, string>();
  return objects.keys.map(({ place, object }) => {
    const name = connectionName(object);
    const connection = name === undefined ? undefined : connections.get(name);
    const parsed = desire(object);
    const refusals = [
      ...(parsed.ok ? [] : parsed.problems.map(invalid)),
      ...unknownBeatApiKeyFields(object.spec).map(invalid),
    ];
    const notes: string[] = [];
    const terms = connection?.terms;
    if (name !== undefined && connection === undefined) {
      const missing = `ElasticsearchConnection ${name} is not among the manifests`;
      if (options.allowsMissingConnections) notes.push(`${missing}: neither consent nor policy was checked`);
      else refusals.push({ reason: 'ConnectionNotFound', message: missing });
    }
    if (connection !== undefined && terms === undefined)
      refusals.push({ reason: 'ConnectionNotReady', message: `ElasticsearchConnection ${name ?? ''} is not valid` });
    if (terms !== undefined) {
      const consent = consentOf(terms, object.metadata.namespace, objects);
      refusals.push(...consent.refusals);
      notes.push(...consent.notes);
      const beyond = parsed.ok ? beyondPolicy(terms, object, parsed.value) : [];
      refusals.push(...beyond);
      if (beyond.length > 0) notes.push(`ElasticsearchConnection ${name ?? ''} lends ${lentText(terms)}`);
    }
    const secret = `${object.metadata.namespace}/${secretName(object)}`;
    const owner = secrets.get(secret);
    if (owner === undefined) secrets.set(secret, nameOf(object));
    else refusals.push({ reason: 'SecretConflict', message: `Secret ${secret} is that of BeatApiKey ${owner}` });
    return {
      ...{ place, object, connection: name, refusals, notes },
      ...(parsed.ok ? { desired: parsed.value } : {}),
      ...(terms === undefined ? {} : { terms }),
    };
  });
}

/** Everything that is wrong with the spec of a connection. */
export function connectionProblems({ spec }: ElasticsearchConnection): readonly Problem[] {
  const parsed = parseElasticsearchConnectionSpec(spec);
  return [...(parsed.ok ? [] : parsed.problems), ...unknownConnectionFields(spec)];
}

const invalid = ({ path, message }: Problem): Refusal => ({ reason: 'InvalidSpec', message: `${path} ${message}` });

function readConnection(object: ElasticsearchConnection): { readonly terms?: Terms } {
  const parsed = parseElasticsearchConnectionSpec(object.spec);
  if (!parsed.ok) return {};
  const ca = caSource(parsed.value) === undefined ? '' : UNKNOWN_CA;
  return { terms: termsOf(object, parsed.value, ca) };
}

/** The spec may be anything. */
function connectionName({ metadata, spec }: BeatApiKey): string | undefined {
  const { name, namespace = metadata.namespace } =
    (spec as Partial<BeatApiKey['spec']> | undefined)?.connectionRef ?? {};
  return typeof name === 'string' && typeof namespace === 'string' ? `${namespace}/${name}` : undefined;
}

function consentOf(terms: Terms, namespace: string, { namespaces }: Objects): Pick<Judgement, 'refusals' | 'notes'> {
  const labels = namespaces.get(namespace);
  if (labels === undefined && namespace !== terms.namespace && !asksForNameOnly(terms)) {
    const note = `Namespace ${namespace} is not among the manifests: whether its labels match spec.allowedNamespaces.selector of ElasticsearchConnection ${terms.namespace}/${terms.name} was not checked`;
    return { refusals: [], notes: [note] };
  }
  const message = refusedNamespace(terms, namespace, labelsOf(namespace, labels));
  return { refusals: message === undefined ? [] : [{ reason: 'NamespaceNotAllowed', message }], notes: [] };
}

/** The ceiling in one line. */
function lentText({ ceiling, maxExpiration }: Terms): string {
  const { cluster = [], index = [], indices = [] } = ceiling;
  const onIndices = Map.groupBy([...index, ...indices], ({ privileges }) => privileges.join(', '));
  const parts = [
    ...(cluster.length === 0 ? [] : [`cluster: ${cluster.join(', ')}`]),
    ...[...onIndices].map(
      ([privileges, entries]) => `${privileges} on ${[...new Set(entries.flatMap(({ names }) => names))].join(', ')}`,
    ),
    ...(maxExpiration === undefined ? [] : [`for ${maxExpiration.text} at most`]),
  ];
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

function beyondPolicy(terms: Terms, { metadata }: BeatApiKey, desired: Desired): readonly Refusal[] {
  return beyondTerms(terms, metadata.namespace, desired).map((what) => ({
    reason: 'PolicyViolation',
    message: `${what}, beyond spec.policy of ElasticsearchConnection ${terms.namespace}/${terms.name}`,
  }));
}
