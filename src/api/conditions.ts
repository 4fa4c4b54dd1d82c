import * as z from 'zod';
import { mapList, time } from './fields.ts';

/** Condition types, as kstatus reads them. */
export const CONDITION_TYPES = ['Ready', 'Reconciling', 'Stalled'] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

const generation = z.int().min(0).meta({ format: 'int64' });

const condition = z.object({
  type: z
    .enum(CONDITION_TYPES)
    .describe('Ready: as wished; Reconciling: being worked on; Stalled: a person is needed.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
  observedGeneration: generation.describe('The metadata.generation that the condition speaks of.').optional(),
  lastTransitionTime: time.describe('When the status of the condition last changed.'),
  // One of a closed list (reasons.ts), which only we write: a rule here would be worked out at each write of a status.
  reason: z.string().min(1).max(1024).describe('Why, in one word.'),
  message: z.string().max(32_768).describe('Why, in a sentence.'),
});

/** `status.conditions` of both kinds. */
export const conditions = mapList(condition, 8, ['type']).describe(
  'The state of the object: Ready, Reconciling, Stalled.',
);

/** `status.observedGeneration` of both kinds; -1 says that no operator has seen the object yet. */
export const observedGeneration = z
  .int()
  .min(-1)
  .meta({ format: 'int64' })
  .describe('The metadata.generation that this status speaks of; -1 before the first look.');
