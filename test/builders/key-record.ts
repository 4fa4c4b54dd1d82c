import type { KeyMark, KeyRecord } from '../../src/core/key-record.ts';
import { INSTALLATION } from './beat-api-key.ts';

export type KeyRecordOptions = Partial<Omit<KeyRecord, 'mark'>> & { readonly mark?: Partial<KeyMark> };

/** A living key of `logging/packetbeat` that never expires. */
export function aKeyRecord({ mark, ...options }: KeyRecordOptions = {}): KeyRecord {
  return {
    id: 'key-1',
    name: 'logging/packetbeat',
    creation: Date.UTC(2026, 0, 1),
    invalidated: false,
    owner: { username: 'beatkeys', realm: 'native1' },
    mark: {
      installation: INSTALLATION,
      namespace: 'logging',
      name: 'packetbeat',
      uid: 'uid-1',
      attempt: 'attempt-1',
      fingerprint: 'fingerprint-1',
      reason: 'FirstIssue',
      generation: '1',
      ...mark,
    },
    contentDigest: 'content-1',
    ...options,
  };
}
