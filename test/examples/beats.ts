import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

/** The complete examples of examples/beats: what is in them, and how they are put where a test wants them. */

const folder = path.resolve(import.meta.dirname, '../../examples/beats');

/** Their names. */
export const BEATS_EXAMPLES = globSync('*.yaml', { cwd: folder }).toSorted();

/** An object of an example. */
export interface Part {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** A reference from a pod to a data key of a Secret. */
export interface SecretReference {
  readonly secret: string;
  readonly key: string;
  /** Whether the pod would start without. */
  readonly optional: boolean;
}

/** A pod template, as far as tests read it. */
export interface PodTemplate {
  readonly metadata?: object;
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes?: readonly Volume[];
  };
}

interface Container {
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly secretKeyRef?: { name: string; key: string; optional?: boolean } };
  }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  };
}

interface Volume {
  readonly name: string;
  readonly secret?: {
    readonly secretName: string;
    readonly optional?: boolean;
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
}

/** All objects of an example, in its order. */
export function readExample(name: string): readonly Part[] {
  return parseAllDocuments(readFileSync(path.join(folder, name), 'utf8')).map((document) => document.toJS() as Part);
}

/** Whether the API server of the tests has the kind: those of ECK it has not. */
export const isKnown = ({ apiVersion }: Part): boolean => !/\.k8s\.elastic\.co\//.test(apiVersion);

/** The namespace that an example brings. */
export function namespaceOf(parts: readonly Part[]): Part {
  const [namespace, ...more] = parts.filter(({ kind }) => kind === 'Namespace');
  if (namespace === undefined || more.length > 0) throw new Error('an example has one namespace');
  return namespace;
}

/** The objects with other names in the place of some texts: a value that is one of them as a whole, and addresses in any value. */
export function placed(parts: readonly Part[], names: Readonly<Record<string, string>>): readonly Part[] {
  const addresses = Object.entries(names).filter(([from]) => from.startsWith('https://'));
  const renamed = (field: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    if (field === 'namespace' && names[value] !== undefined) return names[value];
    return addresses.reduce((text, [from, to]) => text.replaceAll(from, to), value);
  };
  return parts.map((part) => JSON.parse(JSON.stringify(part), renamed) as Part);
}

/** The workloads of an example with their pod templates, ECK's Beats among them. */
export function templatesOf(
  parts: readonly Part[],
): readonly { readonly part: Part; readonly template: PodTemplate }[] {
  return parts.flatMap((part) => {
    const { template, daemonSet } = (part['spec'] ?? {}) as {
      template?: PodTemplate;
      daemonSet?: { podTemplate: PodTemplate };
    };
    const found = daemonSet?.podTemplate ?? (part.kind === 'BeatApiKey' ? undefined : template);
    return found === undefined ? [] : [{ part, template: found }];
  });
}

/** Every data key that a pod takes from a Secret; a Secret that is mounted as a whole is the key `*`. */
export function secretsOf({ spec }: PodTemplate): readonly SecretReference[] {
  const variables = spec.containers.flatMap(({ env = [] }) =>
    env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []),
  );
  const files = (spec.volumes ?? []).flatMap(({ secret }) =>
    secret === undefined
      ? []
      : (secret.items ?? [{ key: '*' }]).map(({ key }) => ({ ...secret, name: secret.secretName, key })),
  );
  return [...variables, ...files].map(({ name, key, optional = false }) => ({ secret: name, key, optional }));
}
