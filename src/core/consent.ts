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
    case 'Selector': {
      // Its name is a label of every namespace, which takes no right to read it.
      const known = labels ?? (asksForNameOnly(terms) ? labelsOf(namespace) : undefined);
      if (known === undefined) {
        return `the labels of namespace ${namespace} are not known, which spec.allowedNamespaces.selector of ${connection} is about: the operator needs the right to read that namespace`;
      }
      return selects(allowed.selector, known)
        ? undefined
        : `the labels of namespace ${namespace} do not match spec.allowedNamespaces.selector of ${connection}`;
    }
  }
}

/** The label by which the API server gives every namespace its own name. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * Every namespace that may use the connection, where the terms alone tell: its own, and those that a selector names.
 * `undefined` where it depends on labels, or all may.
 */
export function namedNamespaces({ namespace, allowedNamespaces: allowed }: Terms): readonly string[] | undefined {
  switch (allowed.from) {
    case 'Same':
      return [namespace];
    case 'All':
      return undefined;
    case 'Selector': {
      const { matchLabels = {}, matchExpressions = [] } = allowed.selector;
      const lists = [
        ...(matchLabels[NAME_LABEL] === undefined ? [] : [[matchLabels[NAME_LABEL]]]),
        ...matchExpressions
          .filter(({ key, operator }) => key === NAME_LABEL && operator === 'In')
          .map(({ values = [] }) => values),
      ];
      const [first, ...others] = lists;
      const named = first?.filter((name) => others.every((list) => list.includes(name)));
      return named === undefined ? undefined : [...new Set([namespace, ...named])];
    }
  }
}

/** True where no label but a namespace's own name decides. */
export function asksForNameOnly({ allowedNamespaces: allowed }: Terms): boolean {
  if (allowed.from !== 'Selector') return true;
  const { matchLabels = {}, matchExpressions = [] } = allowed.selector;
  return [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)].every((key) => key === NAME_LABEL);
}

/** The labels that a namespace has at the API server: those of its manifest, and its name. */
export const labelsOf = (name: string, given: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...given,
  [NAME_LABEL]: name,
});

/** Kubernetes' label selector: every requirement must hold; an empty selector selects everything. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(selector.matchLabels ?? {});
  return (
    pairs.every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      // `constructor` is a good name of a label, and every object has something of that name.
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
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
