import type { Edit, HistoryEvent } from './history.ts';

const plain: Edit = {
  roles: 0,
  expiration: null,
  overlap: '1h',
  request: null,
  revokeRequest: null,
  template: 0,
  keyName: null,
  suspend: false,
  retain: false,
  consumers: 0,
  early: false,
};
const pass = { type: 'pass', late: false } as const;

/** Histories after which a promise was once broken, as fast-check had shrunk them. */
export const regressions: readonly (readonly [what: string, first: Edit, events: readonly HistoryEvent[]])[] = [
  [
    'a key that was retired came back from an older list of keys, again and again',
    { ...plain, overlap: '0s' },
    [pass, { type: 'secret', what: 'delete' }, { type: 'time', ms: 301_000 }],
  ],
  ['a lost expiry ended the renewal', { ...plain, expiration: '30d' }, [pass, { type: 'journal', part: 'keyExpires' }]],
  [
    'a lost expiration that was asked for ended the renewal',
    { ...plain, expiration: '30d' },
    [pass, { type: 'journal', part: 'requestedExpiration' }],
  ],
  [
    'a restart reported a wait for a Secret that was only in doubt',
    plain,
    [pass, { type: 'secret', what: 'touch value' }],
  ],
  [
    'a revocation left a key alive that was younger than the list of keys',
    plain,
    [{ type: 'time', ms: 1_000 }, pass, { type: 'journal', part: 'fingerprint' }],
  ],
  [
    "keys of one's own were invalidated at every pass while another user's held up the deletion",
    plain,
    [pass, { type: 'user', name: 'other', manageApiKey: false }],
  ],
  [
    'a key made by the new user was taken for one of the former',
    plain,
    [{ type: 'look' }, { type: 'user', name: 'other', manageApiKey: false }, pass],
  ],
  [
    'a reason that was taken out of the journal, and written anew as empty, was held against a restart',
    { ...plain, consumers: 4 },
    [pass, { type: 'journal', part: 'rotationReason' }, { type: 'secret', what: 'leave the watch' }],
  ],
  ['a killed key was revoked', { ...plain, expiration: '30d' }, [pass, { type: 'server', what: 'kill key' }]],
];
