import type { Reason } from '../api/reasons.ts';
import type { RoleDescriptor } from '../api/types.ts';
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

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

export type AllowedNamespaces =
  | { readonly from: 'Same' }
  | { readonly from: 'All' }
  | { readonly from: 'Selector'; readonly selector: LabelSelector };

/** A connection as an object that refers to it sees it. */
export type ConnectionView =
  | { readonly state: 'absent' }
  /** There is no verdict yet, or the cluster is away for now: wait, it passes by itself. */
  | { readonly state: 'waiting'; readonly reason: Reason; readonly message: string; readonly terms?: Terms }
  /** A person has to mend it. */
  | { readonly state: 'stalled'; readonly reason: Reason; readonly message: string; readonly terms?: Terms }
  | { readonly state: 'ready'; readonly contact: Contact; readonly terms: Terms };
