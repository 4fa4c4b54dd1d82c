/** The metadata by which tools that bring objects from elsewhere know what is theirs. */
interface Marked {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The tool that brings an object, and what of it does. */
export interface Manager {
  /** `Argo CD application logging`. */
  readonly name: string;
  /** What it does with a field that was set in the cluster. */
  readonly effect: string;
}

const TAKEN_BACK =
  'where its source has this field, it takes the value back, which is one more new text and rotates once more';

/**
 * Who manages the object, by the marks that the tools leave: Argo CD's tracking (`argocd.argoproj.io/tracking-id`, or its
 * label), Flux' owner labels, Helm's release annotations.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 */
export function managerOf({ metadata: { labels = {}, annotations = {} } }: Marked): Manager | undefined {
  const tracking = annotations['argocd.argoproj.io/tracking-id'];
  const application = tracking?.split(':')[0] ?? labels['argocd.argoproj.io/instance'];
  if (application !== undefined) return { name: `Argo CD application ${application}`, effect: TAKEN_BACK };
  for (const [kind, group] of FLUX) {
    const name = labels[`${group}/name`];
    if (name === undefined) continue;
    const namespace = labels[`${group}/namespace`];
    return { name: `Flux ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`, effect: TAKEN_BACK };
  }
  const release = annotations['meta.helm.sh/release-name'];
  if (labels['app.kubernetes.io/managed-by'] === 'Helm' || release !== undefined)
    return { name: `Helm release ${release ?? '(not named)'}`, effect: 'its next upgrade may set the field again' };
  return undefined;
}

const FLUX = [
  ['HelmRelease', 'helm.toolkit.fluxcd.io'],
  ['Kustomization', 'kustomize.toolkit.fluxcd.io'],
] as const;

/** The warning before a field of a managed object is set. */
export function managedWarning(object: string, field: string, { name, effect }: Manager): string {
  return `warning: ${object} is managed by ${name}: ${effect}; better set ${field} there`;
}
