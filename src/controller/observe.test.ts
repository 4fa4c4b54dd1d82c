import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aSecret } from '../../test/builders/secret.ts';
import { LABELS } from '../api/names.ts';
import type { SecretMetadata } from '../core/secret.ts';
import { viewSecret } from './observe.ts';

const label = (uid: string) => ({ labels: { [LABELS.ownerUID]: uid } });
const { controllerUID: _controller, ...unowned } = aSecret();

describe('a Secret of the right name is', () => {
  test.for<readonly [string, SecretMetadata, 'ours' | 'foreign']>([
    ['ours by label and owner', aSecret(), 'ours'],
    ['ours by its owner alone', aSecret({ labels: {} }), 'ours'],
    ['ours by its label alone', { ...unowned, ...label('uid-1') }, 'ours'],
    ['ours without a journal that can be read', aSecret({ journal: null }), 'ours'],
    ['foreign with neither', { ...unowned, labels: {} }, 'foreign'],
    ['foreign with the label of another object', { ...unowned, ...label('uid-2') }, 'foreign'],
    ['foreign with another owner', aSecret({ controllerUID: 'uid-2' }), 'foreign'],
    ['foreign where label and owner disagree', aSecret(label('uid-2')), 'foreign'],
  ])('%s', ([, metadata, state]) => {
    expect(viewSecret(aBeatApiKey(), metadata, [aBeatApiKey()]).state).toBe(state);
  });

  test.for<readonly [string, SecretMetadata, readonly string[], string | undefined]>([
    ['nobody where its owner is gone', aSecret(label('uid-2')), [], undefined],
    ['the object that its label names', { ...unowned, ...label('uid-2') }, ['uid-2'], 'BeatApiKey uid-2'],
    ['the object that owns it', aSecret({ controllerUID: 'uid-2' }), ['uid-3', 'uid-2'], 'BeatApiKey uid-2'],
    ['whatever else owns it', { ...unowned, labels: {}, otherController: 'Owner x' }, [], 'Owner x'],
  ])('held by %s', ([, metadata, others, holder]) => {
    const objects = others.map((uid) => aBeatApiKey({ metadata: { uid, name: uid } }));
    const view = viewSecret(aBeatApiKey(), metadata, [aBeatApiKey(), ...objects]);
    expect(view.state === 'foreign' && view.holder).toBe(holder);
  });

  test('absent where there is none', () => {
    expect(viewSecret(aBeatApiKey(), undefined, [])).toEqual({ state: 'absent' });
  });
});
