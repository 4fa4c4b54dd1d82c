import { expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import type { Condition, ObjectMeta } from '../api/types.ts';
import { stateWords } from './state-words.ts';

const at = '2026-01-01T00:00:00Z';
const condition = (type: Condition['type'], status: 'True' | 'False', message = 'words'): Condition => ({
  ...{ type, status, reason: 'Reason', message, lastTransitionTime: at },
});
const words = (conditions: readonly Condition[], metadata: Partial<ObjectMeta> = {}): string =>
  stateWords(aBeatApiKey({ metadata, status: { observedGeneration: 1, conditions } }));
const three = (ready: 'True' | 'False', reconciling: 'True' | 'False', stalled: 'True' | 'False') => [
  condition('Ready', ready),
  condition('Reconciling', reconciling),
  condition('Stalled', stalled),
];

test('an object without a status was seen by nobody', () => {
  expect(stateWords(aBeatApiKey())).toBe('no operator has seen it yet');
  expect(stateWords(aBeatApiKey({ status: { observedGeneration: -1 } }))).toBe('no operator has seen it yet');
});

test.for([
  ['True', 'False', 'False', `ready since ${at}: Reason: words`],
  ['True', 'True', 'False', `ready, and being worked on since ${at}: Reason: words`],
  ['False', 'True', 'False', `not ready, being worked on since ${at}: Reason: words`],
  ['False', 'False', 'True', `stalled, a person is needed, since ${at}: Reason: words`],
  ['False', 'False', 'False', `not ready since ${at}: Reason: words`],
] as const)('Ready %s, Reconciling %s, Stalled %s: %s', ([ready, reconciling, stalled, expected]) => {
  expect(words(three(ready, reconciling, stalled))).toBe(expected);
});

test('what speaks of an older spec says so, and a deletion goes before all', () => {
  expect(words(three('True', 'False', 'False'), { generation: 2 })).toMatch(
    /; the operator has not seen the newest spec yet$/,
  );
  expect(words(three('False', 'True', 'False'), { deletionTimestamp: at })).toBe(
    `being deleted since ${at}: Reason: words`,
  );
});
