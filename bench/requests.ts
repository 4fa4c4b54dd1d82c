import { matching, sum, type Requests } from './proxy.ts';

/** What was asked of Kubernetes: writes to objects and their Secrets, to anything else but events and the Lease, … */
export interface KubernetesUse {
  readonly writes: number;
  readonly otherWrites: number;
  /** Writes that the API server only checks. */
  readonly dryRuns: number;
  readonly events: number;
  readonly reads: number;
}

const WRITE = /^(create|update|patch|delete) /;
const OF_OBJECTS = / (beatapikeys(\/status)?|secrets)$/;
const DRY_RUN = /^dry run: /;
const EVENT = / events$/;
const LEASE = / leases$/;
/** Asked in a POST, and kept nowhere. */
const REVIEW = / selfsubject[a-z]+reviews$/;

export function kubernetesUse(requests: Requests): KubernetesUse {
  const others = [EVENT, LEASE, REVIEW];
  const writes = matching(requests, (route) => WRITE.test(route) && !others.some((other) => other.test(route)));
  const ofObjects = matching(writes, (route) => OF_OBJECTS.test(route));
  return {
    writes: sum(ofObjects),
    otherWrites: sum(writes) - sum(ofObjects),
    dryRuns: sum(matching(requests, (route) => DRY_RUN.test(route))),
    events: sum(matching(requests, (route) => WRITE.test(route) && EVENT.test(route))),
    reads: sum(matching(requests, (route) => /^(get|list) /.test(route) && !LEASE.test(route))),
  };
}

/** What was asked of Elasticsearch: for objects, and for the connection whatever the number of objects. */
export interface ElasticsearchUse {
  readonly forObjects: number;
  readonly forConnection: number;
}

/** A contact is three requests, one of them the operator's own privileges; the inventory is a query. */
export function elasticsearchUse(requests: Requests): ElasticsearchUse {
  const contacts = requests['GET /'] ?? 0;
  const others = ['GET /_security/_authenticate', 'POST /_security/_query/api_key'];
  const forConnection = 2 * contacts + others.reduce((all, route) => all + (requests[route] ?? 0), 0);
  return { forObjects: sum(requests) - forConnection, forConnection };
}
