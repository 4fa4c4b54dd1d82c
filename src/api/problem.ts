import type * as z from 'zod';
import { characters } from '../lib/characters.ts';
import { nearest } from '../lib/nearest.ts';
import { at, knownNames, pathText } from './field-path.ts';
import { SAYS_WHAT_IS_GIVEN } from './fields.ts';

/** One thing that is wrong with a spec: the path and the message read as a sentence. */
export interface Problem {
  /** Such as `spec.roleDescriptors.packetbeat_writer.index[0].field_securty`. */
  readonly path: string;
  /** Such as `is not a known field (did you mean field_security?)`. */
  readonly message: string;
}

/** Longest given value that is shown. */
const SHOWN = 64;
/** Problems that a sentence names; the rest are counted. */
const NAMED = 3;

/** Fields whose values are never shown: they hold secrets, or may by mistake. */
const HIDDEN = [['urls'], ['auth'], ['metadata'], ['secret', 'template']] as const;

/** What zod found, in our words. `value` is what was read, `schema` what it was read by. */
export function problemsOf(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownNames(schema, issue.path);
    return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: unknownField(key, known) }));
  }
  const given = at(value, issue.path);
  return [{ path: pathText(issue.path), message: `${demand(issue, given)}${mention(issue, given)}` }];
}

/** All problems as one sentence without its full stop, so that it can go on; the empty text for none. */
export function describeProblems(problems: readonly Problem[]): string {
  const named = problems.slice(0, NAMED).map(({ path, message }) => `${path} ${message}`);
  const more = problems.length > NAMED ? [`and ${problems.length - NAMED} more`] : [];
  return [...named, ...more].join('; ');
}

/** What to say of a field that is none of those known. */
export function unknownField(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `is not a known field (${meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`})`;
}

function demand(issue: z.core.$ZodIssue, given: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return given === undefined ? 'is required' : `must be ${typeWord(issue.expected)}, not ${typeOf(given)}`;
    case 'too_big':
      return `must ${amount(issue.origin, 'at most', issue.maximum)}`;
    case 'too_small':
      return Number(issue.minimum) === 1 && isCounted(issue.origin)
        ? 'must not be empty'
        : `must ${amount(issue.origin, 'at least', issue.minimum)}`;
    case 'invalid_value':
      return given === undefined ? 'is required' : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'custom':
    case 'invalid_union':
      return issue.message;
    default:
      return 'is not valid';
  }
}

/** `, but is "…"` where showing the value helps and cannot hurt. */
function mention(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === 'custom' && issue.params?.[SAYS_WHAT_IS_GIVEN] === true) return '';
  if (issue.code === 'too_big' && typeof given === 'string') return `, but has ${characters(given)}`;
  const helps = issue.code === 'invalid_value' || issue.code === 'custom' || issue.code.startsWith('too_');
  const hidden = HIDDEN.some((prefix) => prefix.every((name, index) => issue.path[index] === name));
  if (!helps || hidden || issue.path.includes('query')) return '';
  if (typeof given === 'number' || typeof given === 'boolean') return `, but is ${given}`;
  if (typeof given !== 'string' || given === '') return '';
  const meant = issue.code === 'invalid_value' ? nearest(given, issue.values.map(String)) : undefined;
  return `, but is ${shown(given)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
}

function shown(given: string): string {
  return JSON.stringify(given.length > SHOWN ? `${given.slice(0, SHOWN)}…` : given);
}

function isCounted(origin: string): boolean {
  return origin === 'string' || origin === 'array';
}

function amount(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${bound} ${limit} characters`;
  return origin === 'array' ? `have ${bound} ${limit} entries` : `be ${bound} ${limit}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
};

function typeWord(expected: string): string {
  return TYPE_WORDS[expected] ?? expected;
}

function typeOf(given: unknown): string {
  if (given === null) return 'null';
  if (Array.isArray(given)) return 'a list';
  return (
    { string: 'text', number: 'a number', boolean: 'true or false', object: 'an object' }[typeof given as string] ??
    typeof given
  );
}
