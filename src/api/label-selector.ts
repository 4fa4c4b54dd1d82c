import { z } from 'zod';
import { atomicList, celString, map, text, withRules } from './fields.ts';

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;
const LABEL_VALUE = '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$';

const labelValue = withRules(z.string().max(63), {
  cel: `self.matches(${celString(LABEL_VALUE)})`,
  message: 'must be the value of a label: letters, digits, -, _ and .',
  holds: (value) => new RegExp(LABEL_VALUE).test(value),
});

const requirement = withRules(
  z.object({
    key: text(316).describe('Name of the label.'),
    operator: z.enum(OPERATORS).describe('How the label is compared with the values.'),
    values: atomicList(labelValue, 32).describe('For In and NotIn; left out for the others.').optional(),
  }),
  {
    cel: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
    message: 'must have values for In and NotIn, and none for Exists and DoesNotExist',
    field: 'values',
    holds: ({ operator, values }) => (operator === 'In' || operator === 'NotIn') === (values ?? []).length > 0,
  },
);

/** A label selector as Kubernetes knows it, but never an empty one: that would select everything unasked. */
export const labelSelector = withRules(
  z.object({
    matchLabels: map(labelValue, 32, 316).describe('Labels that must be there with these values.').optional(),
    matchExpressions: atomicList(requirement, 32).describe('More that the labels must be; all must hold.').optional(),
  }),
  {
    cel: '(has(self.matchLabels) && size(self.matchLabels) > 0) || (has(self.matchExpressions) && size(self.matchExpressions) > 0)',
    message: 'must name a label; to allow every namespace say from: All',
    holds: ({ matchLabels, matchExpressions }) =>
      Object.keys(matchLabels ?? {}).length + (matchExpressions ?? []).length > 0,
  },
);
