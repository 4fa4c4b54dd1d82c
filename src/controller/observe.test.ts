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
    expect(viewSecret(aBeatApiKey(), metadata).state).toBe(state);
  });

  test('absent where there is none', () => {
    expect(viewSecret(aBeatApiKey(), undefined)).toEqual({ state: 'absent' });
  });
});
