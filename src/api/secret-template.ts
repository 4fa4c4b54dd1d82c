import * as z from 'zod';
import { nearest } from '../lib/nearest.ts';
import {
  badNames,
  celString,
  DATA_KEY_PATTERN,
  LABEL_VALUE_PATTERN,
  LONGEST_PREFIX,
  LONGEST_QUALIFIED_NAME,
  map,
  namesMatching,
  QUALIFIED_NAME_PATTERN,
  withRules,
} from './fields.ts';
import { DATA_KEYS, RESERVED_PREFIXES } from './names.ts';
import { isTemplateVariable, readTemplate, TEMPLATE_VARIABLES } from './template.ts';

/** Labels or annotations: names with or without a prefix, none of them reserved. */
function metadataMap(value: z.ZodString, most: number) {
  const reserved = RESERVED_PREFIXES.map((prefix) => `name.startsWith(${celString(prefix)})`).join(' || ');
  const named = namesMatching(
    map(value, most, LONGEST_QUALIFIED_NAME),
    QUALIFIED_NAME_PATTERN,
    'must have names like example.com/name or name: letters, digits, "-", "_" and "."',
  );
  const hasPrefixOfADomain = (name: string): boolean => name.indexOf('/') <= LONGEST_PREFIX;
  const isFree = (name: string): boolean => !RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix));
  return withRules(
    named,
    {
      cel: `self.all(name, name.indexOf('/') <= ${LONGEST_PREFIX})`,
      message: `must not have names with more than ${LONGEST_PREFIX} characters before the slash`,
      holds: (entries) => Object.keys(entries).every(hasPrefixOfADomain),
      given: (entries) => badNames(Object.keys(entries), hasPrefixOfADomain),
    },
    {
      cel: `self.all(name, !(${reserved}))`,
      message: `must not have reserved names, which start with ${RESERVED_PREFIXES.join(', ')}`,
      holds: (entries) => Object.keys(entries).every(isFree),
      given: (entries) => badNames(Object.keys(entries), isFree),
    },
  );
}

const isLabelValue = (value: string): boolean => new RegExp(LABEL_VALUE_PATTERN).test(value);

const labels = withRules(metadataMap(z.string().max(63), 32), {
  cel: `self.all(name, self[name].matches(${celString(LABEL_VALUE_PATTERN)}))`,
  message: 'must have values of letters, digits, "-", "_" and "."',
  holds: (entries) => Object.values(entries).every(isLabelValue),
  given: (entries) => `another one for ${badNames(Object.keys(entries), (name) => isLabelValue(entries[name] ?? ''))}`,
});

/** One entry of the data: any text in which `{{ variable }}` is replaced. Only the controller reads it so closely. */
const dataTemplate = z
  .string()
  .max(16_384)
  .superRefine((template, context) => {
    const { names, unclosed } = readTemplate(template);
    if (unclosed) context.addIssue({ code: 'custom', message: 'must close the {{ that it opens' });
    for (const name of names.filter((one) => !isTemplateVariable(one))) {
      context.addIssue({ code: 'custom', message: `must not use an unknown variable: ${unknownVariable(name)}` });
    }
  });

function unknownVariable(name: string): string {
  const meant = nearest(name, TEMPLATE_VARIABLES);
  const hint = meant === undefined ? `known are ${TEMPLATE_VARIABLES.join(', ')}` : `did you mean {{ ${meant} }}?`;
  return /^[\w.-]{1,32}$/.test(name) ? `{{ ${name} }} (${hint})` : hint;
}

const isNoStandardKey = (name: string): boolean => !(DATA_KEYS as readonly string[]).includes(name);

const data = withRules(
  namesMatching(map(dataTemplate, 16, 253), DATA_KEY_PATTERN, 'must have names of letters, digits, "-", "_" and "."'),
  {
    cel: `self.all(name, !(name in [${DATA_KEYS.map(celString).join(', ')}]))`,
    message: `must not have the names ${DATA_KEYS.join(', ')}, which are always written`,
    holds: (entries) => Object.keys(entries).every(isNoStandardKey),
    given: (entries) => badNames(Object.keys(entries), isNoStandardKey),
  },
);

/** `spec.secret.template` of a BeatApiKey. */
export const secretTemplate = z
  .object({
    labels: labels.describe('Labels of the Secret. Nothing is copied from this object.').optional(),
    annotations: metadataMap(z.string().max(4096), 32)
      .describe('Annotations of the Secret. Nothing is copied from this object.')
      .optional(),
    data: data
      .describe(
        `More data keys, each any text in which {{ variable }} is replaced; variables: ${TEMPLATE_VARIABLES.join(', ')}.`,
      )
      .optional(),
  })
  .describe('What the Secret carries beside the four standard data keys.');
