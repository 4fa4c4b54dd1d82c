import * as z from 'zod';
import {
  atomicList,
  celString,
  LABEL_VALUE_PATTERN,
  LONGEST_QUALIFIED_NAME,
  map,
  matching,
  namesMatching,
  QUALIFIED_NAME_PATTERN,
  withRules,
} from './fields.ts';

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

const labelValue = withRules(z.string().max(63), {
  cel: `self.matches(${celString(LABEL_VALUE_PATTERN)})`,
  message: 'must be the value of a label: letters, digits, "-", "_" and "."',
  holds: (value) => new RegExp(LABEL_VALUE_PATTERN).test(value),
});

const requirement = withRules(
  z.object({
    key: matching(
      QUALIFIED_NAME_PATTERN,
      LONGEST_QUALIFIED_NAME,
      'must be the name of a label, such as example.com/name',
    ).describe('Name of the label.'),
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
    matchLabels: namesMatching(
      map(labelValue, 32, LONGEST_QUALIFIED_NAME),
      QUALIFIED_NAME_PATTERN,
      'must have names of labels, such as example.com/name',
    )
      .describe('Labels that must be there with these values.')
      .optional(),
    matchExpressions: atomicList(requirement, 32).describe('More that the labels must be; all must hold.').optional(),
  }),
  {
    cel: '(has(self.matchLabels) && size(self.matchLabels) > 0) || (has(self.matchExpressions) && size(self.matchExpressions) > 0)',
    message: 'must name a label; to allow every namespace say from: All',
    holds: ({ matchLabels, matchExpressions }) =>
      Object.keys(matchLabels ?? {}).length + (matchExpressions ?? []).length > 0,
  },
);
