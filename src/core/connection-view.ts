import type { Reason } from '../api/reasons.ts';
import type { ElasticsearchConnectionSpec, RoleDescriptor } from '../api/types.ts';
import type { Contact } from './contact.ts';

/** What a connection's spec says about who may have which key. Needs no contact with the cluster. */
export interface Terms {
  readonly namespace: string;
  readonly name: string;
  readonly allowedNamespaces: AllowedNamespaces;
  readonly ceiling: RoleDescriptor;
  /** As written and in milliseconds; where it is given, a key must expire. */
  readonly maxExpiration?: { readonly text: string; readonly ms: number };
  /** For the Secret's template: the first URL and the CA bundle (PEM, or empty). */
  readonly url: string;
  readonly ca: string;
}

/** Kubernetes' label selector. */
export type LabelSelector = NonNullable<NonNullable<ElasticsearchConnectionSpec['allowedNamespaces']>['selector']>;

export type AllowedNamespaces =
  | { readonly from: 'Same' }
  | { readonly from: 'All' }
  | { readonly from: 'Selector'; readonly selector: LabelSelector };

/** A connection as an object that refers to it sees it. */
export type ConnectionView =
  | { readonly state: 'absent' }
  /** Not usable for now; the connection's own conditions say what has to be done, and its objects follow by themselves. */
  | { readonly state: 'waiting'; readonly reason: Reason; readonly message: string; readonly terms?: Terms }
  | { readonly state: 'ready'; readonly contact: Contact; readonly terms: Terms };
