import { expect, test } from 'vitest';
import { type LabelSelector, renderSelector } from './label-selector.ts';

test.each<[string, LabelSelector, string]>([
  ['nothing', {}, ''],
  ['labels', { matchLabels: { app: 'web', 'example.com/tier': 'front' } }, 'app=web,example.com/tier=front'],
  ['a label without a value', { matchLabels: { app: '' } }, 'app='],
  ['one of some values', { matchExpressions: [{ key: 'a', operator: 'In', values: ['x', 'y'] }] }, 'a in (x,y)'],
  ['none of some values', { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['x', ''] }] }, 'a notin (x,)'],
  ['a label that is there', { matchExpressions: [{ key: 'a', operator: 'Exists' }] }, 'a'],
  ['a label that is not there', { matchExpressions: [{ key: 'a', operator: 'DoesNotExist', values: [] }] }, '!a'],
  [
    'all together',
    {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'a', operator: 'Exists' },
        { key: 'b', operator: 'DoesNotExist' },
      ],
    },
    'app=web,a,!b',
  ],
])('a selector of %s', (_, selector, rendered) => {
  expect(renderSelector(selector)).toBe(rendered);
});
