import type { AllowedNamespaces, LabelSelector, Terms } from './connection-view.ts';

/**
 * Why objects of `namespace` may not use the connection, in one sentence; `undefined` where they may. `labels` are the
 * namespace's labels, `undefined` where it is not known.
 */
export function refusedNamespace(
  terms: Terms,
  namespace: string,
  labels: Readonly<Record<string, string>> | undefined,
): string | undefined {
  if (namespace === terms.namespace) return undefined;
  const connection = `ElasticsearchConnection ${terms.namespace}/${terms.name}`;
  const allowed: AllowedNamespaces = terms.allowedNamespaces;
  switch (allowed.from) {
    case 'Same':
      return `${connection} may be used from its own namespace only (spec.allowedNamespaces.from: Same), not from ${namespace}`;
    case 'All':
      return undefined;
    case 'Selector':
      return labels !== undefined && selects(allowed.selector, labels)
        ? undefined
        : `the labels of namespace ${namespace} do not match spec.allowedNamespaces.selector of ${connection}`;
  }
}

/** Kubernetes' label selector: every requirement must hold; an empty selector selects everything. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(selector.matchLabels ?? {});
  return (
    pairs.every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
      }
    })
  );
}
