import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aJournal } from '../../test/builders/journal.ts';
import { aSecret } from '../../test/builders/secret.ts';
import { aKeyRecord, type KeyRecordOptions } from '../../test/builders/key-record.ts';
import type { SecretMetadata } from '../core/secret.ts';
import { keyStates, whyNoOrphan, type Answerers } from './key-state.ts';

const now = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;

const named = (keyID: string, ...replaced: readonly string[]): SecretMetadata => {
  const superseded = replaced.map((id) => ({ id, since: now, notBefore: now }));
  return aSecret({ journal: aJournal({ keyID, superseded }) });
};
const damaged = aSecret({ journal: null });
const seen = (options: Partial<Answerers> = {}): Answerers => ({
  ...{ objects: [], secrets: [], everywhere: true, attemptLimitMs: 30_000 },
  ...options,
});
const key = (options: KeyRecordOptions = {}) => aKeyRecord({ id: 'key-1', creation: now - 30 * DAY, ...options });
const object = aBeatApiKey();

describe('The state of a key', () => {
  const state = (answerers: Answerers, options?: KeyRecordOptions) => keyStates(answerers, now)(key(options));

  test.for<readonly [string, Answerers, KeyRecordOptions, string]>([
    ['in a Secret', seen({ objects: [object], secrets: [named('key-1')] }), {}, 'Active'],
    ['in the Secret of an object that is gone', seen({ secrets: [named('key-1')] }), {}, 'Active'],
    ['with a third of its life left', seen({ secrets: [named('key-1')] }), { expiration: now + 14 * DAY }, 'Expiring'],
    ['with more than that', seen({ secrets: [named('key-1')] }), { expiration: now + 16 * DAY }, 'Active'],
    ['over its time', seen({ secrets: [named('key-1')] }), { expiration: now }, 'Expired'],
    ['invalidated', seen({ secrets: [named('key-1')] }), { invalidated: true, expiration: now }, 'Invalidated'],
    ['that was replaced', seen({ objects: [object], secrets: [named('key-2', 'key-1')] }), {}, 'Retiring'],
    ['that no Secret of its object names', seen({ objects: [object], secrets: [named('key-2')] }), {}, 'Retiring'],
    ['of nobody', seen(), {}, 'Orphaned'],
    ['of nobody, as far as can be seen', seen({ everywhere: false }), {}, 'Unknown'],
    ['of nobody, just made', seen(), { creation: now - 29_000 }, 'Unknown'],
    ['of an object whose Secret was damaged', seen({ secrets: [damaged] }), {}, 'Unknown'],
  ])('%s', ([, answerers, options, expected]) => {
    expect(state(answerers, options)).toBe(expected);
  });

  test('is the word of its object on when it is replaced', () => {
    const at = (renewalTime: string) => {
      const renewing = aBeatApiKey({ status: { keyID: 'key-1', renewalTime } });
      return state(seen({ objects: [renewing], secrets: [named('key-1')] }), { expiration: now + DAY });
    };
    expect(at(new Date(now + 1).toISOString())).toBe('Active');
    expect(at(new Date(now).toISOString())).toBe('Expiring');
  });

  test('is the word of its object where Secrets may not be seen', () => {
    const objects = [aBeatApiKey({ status: { keyID: 'key-1' } })];
    const hidden = seen({ objects, secrets: undefined, everywhere: false });
    expect(state(hidden)).toBe('Active');
    expect(state(hidden, { id: 'key-0' })).toBe('Retiring');
    expect(state(hidden, { id: 'key-0', mark: { uid: 'uid-2' } })).toBe('Unknown');
  });
});

describe('A key is not invalidated as an orphan', () => {
  const own = { owner: { username: 'beatkeys', realm: 'native1' }, manageApiKey: false };
  const stranger = { owner: { username: 'anna', realm: 'native1' }, manageApiKey: false };

  test.for<readonly [string, Answerers, KeyRecordOptions, string]>([
    ['while its object is there', seen({ objects: [object] }), {}, 'BeatApiKey logging/packetbeat answers for it'],
    ['while a Secret holds it', seen({ secrets: [named('key-1')] }), {}, 'Secret logging/packetbeat holds it'],
    ['while a Secret notes it', seen({ secrets: [named('key-2', 'key-1')] }), {}, 'as a key that was replaced'],
    ['while a Secret is damaged', seen({ secrets: [damaged] }), {}, 'does not tell which keys it holds'],
    ['where not all is seen', seen({ everywhere: false }), {}, 'whether somebody uses it cannot be seen'],
    ['where Secrets are not seen', seen({ everywhere: false, secrets: undefined }), {}, 'cannot be seen'],
    ['as long as it may be stored', seen(), { creation: now - 29_000 }, 'made less than 30 s ago'],
    ['when it is dead', seen(), { invalidated: true }, 'it is dead already'],
    ['when it has expired', seen(), { expiration: now }, 'it is dead already'],
  ])('%s', ([, answerers, options, words]) => {
    expect(whyNoOrphan(key(options), answerers, own, now)).toContain(words);
  });

  test("by who may not invalidate others' keys", () => {
    expect(whyNoOrphan(key(), seen(), stranger, now)).toContain('lacks the cluster privilege manage_api_key');
    expect(whyNoOrphan(key(), seen(), { ...stranger, manageApiKey: true }, now)).toBeUndefined();
  });

  test('unless it is one', () => {
    expect(
      whyNoOrphan(key(), seen({ objects: [aBeatApiKey({ metadata: { uid: 'uid-2' } })] }), own, now),
    ).toBeUndefined();
  });
});
