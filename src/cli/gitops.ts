import { CLI_FIELD_MANAGER } from '../api/names.ts';
import { isRecord } from '../lib/json.ts';

/** The metadata by which tools that bring objects from elsewhere know what is theirs. */
interface Marked {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly { readonly manager?: string; readonly fieldsV1?: unknown }[];
  };
}

/**
 * The tool that brings an object, in words, by the marks that the tools leave: Argo CD's tracking annotation or label,
 * Flux' owner labels, Helm's release annotations; `undefined`: none.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 */
export function managerOf({ metadata: { labels = {}, annotations = {} } }: Marked): string | undefined {
  const tracking = annotations['argocd.argoproj.io/tracking-id'];
  const application = tracking?.split(':')[0] ?? labels['argocd.argoproj.io/instance'];
  if (application !== undefined) return `Argo CD application ${application}`;
  for (const [kind, group] of FLUX) {
    const name = labels[`${group}/name`];
    if (name === undefined) continue;
    const namespace = labels[`${group}/namespace`];
    return `Flux ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  }
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined) return `Helm release ${release}`;
  return labels['app.kubernetes.io/managed-by'] === 'Helm' ? 'Helm' : undefined;
}

const FLUX = [
  ['HelmRelease', 'helm.toolkit.fluxcd.io'],
  ['Kustomization', 'kustomize.toolkit.fluxcd.io'],
] as const;

/** Who sets requests in the cluster, past what brings the object: this program, and Argo CD's action `rotate`. */
const PAST_THE_SOURCE: readonly (string | undefined)[] = [CLI_FIELD_MANAGER, 'argocd-server'];

/** The warning before a field of a managed object is set; `field` is `spec.rotation.request`. */
export function managedWarning(object: Marked, name: string, field: string): string | undefined {
  const manager = managerOf(object);
  if (manager === undefined) return undefined;
  const setters = (object.metadata.managedFields ?? []).filter(
    ({ manager: setter, fieldsV1 }) => !PAST_THE_SOURCE.includes(setter) && owns(fieldsV1, field.split('.')),
  );
  const effect =
    setters.length === 0
      ? `as long as its source has no ${field} this stays, and with one it is taken back, which rotates once more`
      : `its source has ${field} (set by ${setters.map(({ manager: setter = 'somebody' }) => setter).join(', ')}), and takes this back, which rotates once more`;
  return `warning: ${name} is managed by ${manager}: ${effect}; better set it there`;
}

/** True where a set of fields as the API server keeps it has the field at the path. */
function owns(fields: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  if (!isRecord(fields)) return false;
  const inner = (fields as Readonly<Record<string, unknown>>)[`f:${first}`];
  return inner !== undefined && owns(inner, rest);
}
