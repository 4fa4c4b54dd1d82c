import type { BeatApiKey } from '../api/types.ts';
import type { IssueKey } from './actions.ts';
import type { Desired } from './desired.ts';
import type { KeyMark } from './key-record.ts';
import type { OperatorView } from './observed.ts';

/** Who wants a key for which object. */
export interface Wanting {
  readonly operator: Pick<OperatorView, 'installation'>;
  readonly object: Pick<BeatApiKey, 'metadata'>;
}

/** What Elasticsearch is asked for when a new key is made, but for the attempt. */
export function keyRequest(wanting: Wanting, desired: Desired, reason: string): IssueKey['request'] {
  const { keyName, roleDescriptors, userMetadata, expiration } = desired;
  return {
    name: keyName,
    roleDescriptors,
    userMetadata,
    ...(expiration === undefined ? {} : { expiration: expiration.text }),
    mark: keyMark(wanting, desired, reason),
  };
}

/** The operator's entry in a key's metadata, but for the attempt. */
export function keyMark({ operator, object }: Wanting, desired: Desired, reason: string): Omit<KeyMark, 'attempt'> {
  const { namespace, name, uid, generation } = object.metadata;
  const { installation } = operator;
  return { installation, namespace, name, uid, fingerprint: desired.fingerprint, reason, generation: `${generation}` };
}
