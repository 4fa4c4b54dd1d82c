import type { NamespaceLabels } from '../controller/ports.ts';
import type { Upstream } from './reflector.ts';
import { NAMESPACES } from './resource.ts';
import { type Scope, Watched } from './watched.ts';

/** Names and labels of the namespaces that are served. */
export function watchNamespaces(upstream: Upstream, scope: Scope): Watched<NamespaceLabels> {
  return Watched.cluster(upstream, NAMESPACES, scope, {
    metadataOnly: true,
    transform: ({ metadata: { name, labels = {} } }) => ({ name, labels }),
  });
}
