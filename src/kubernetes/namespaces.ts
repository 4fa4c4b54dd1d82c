import type { NamespaceLabels } from '../controller/ports.ts';
import type { Upstream } from './reflector.ts';
import { NAMESPACES, type Scope } from './resource.ts';
import { Watched } from './watched.ts';

/**
 * Names and labels of the namespaces that are served. Consent by labels is all that they are for, so that an operator
 * which may not read them does the rest.
 */
export function watchNamespaces(upstream: Upstream, scope: Scope): Watched<NamespaceLabels> {
  return Watched.cluster(upstream, NAMESPACES, scope, {
    metadataOnly: true,
    optional: true,
    transform: ({ metadata: { name, labels = {} } }) => ({ name, labels }),
  });
}
