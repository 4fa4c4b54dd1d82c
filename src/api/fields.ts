import * as z from 'zod';
import { characters } from '../lib/characters.ts';
import { DURATION_PATTERN, POSITIVE_DURATION_PATTERN } from '../lib/duration.ts';

/**
 * The building blocks of both kinds. Each states its bound, and each rule is stated twice in one place: as CEL for the
 * API server and as a predicate for the controller.
 */

/** A rule that a schema's keywords cannot say, or say with a message that helps nobody. */
export interface Rule<T> {
  /** For the API server; `self` is the value. */
  readonly cel: string;
  /** Continues a field's path: `must be …`. */
  readonly message: string;
  /** The same rule for the controller. */
  readonly holds: (value: T) => boolean;
  /** The field to blame where it is not the value itself. */
  readonly field?: string;
  /** What to say of a value that breaks the rule, where the whole of it would not help; empty: nothing. */
  readonly given?: (value: T) => string;
}

/** As CRDs spell it. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

const VALIDATIONS = 'x-kubernetes-validations';
export const PRESERVE_UNKNOWN = 'x-kubernetes-preserve-unknown-fields';
const LIST_TYPE = 'x-kubernetes-list-type';
const LIST_MAP_KEYS = 'x-kubernetes-list-map-keys';

/** The schema with these rules added, for both sides. */
export function withRules<S extends z.ZodType>(schema: S, ...rules: readonly Rule<z.output<S>>[]): S {
  const before = (schema.meta()?.[VALIDATIONS] ?? []) as readonly ValidationRule[];
  const checked = rules.reduce<S>(
    (narrowed, rule) =>
      narrowed.refine((value) => rule.holds(value), {
        error: ({ input }) => `${rule.message}${butIs(rule, input as z.output<S>)}`,
        ...(rule.field === undefined ? {} : { path: rule.field.split('.') }),
        ...(rule.given === undefined ? {} : { params: { [SAYS_WHAT_IS_GIVEN]: true } }),
      }),
    schema,
  );
  const validations = rules.map(({ cel, message, field }): ValidationRule => ({
    rule: cel,
    message,
    ...(field === undefined ? {} : { fieldPath: `.${field}` }),
  }));
  return checked.meta({ ...schema.meta(), [VALIDATIONS]: [...before, ...validations] });
}

/** Name of a parameter of issues whose message says what was given. */
export const SAYS_WHAT_IS_GIVEN = 'saysWhatIsGiven';

function butIs<T>({ given }: Rule<T>, value: T): string {
  const text = given?.(value) ?? '';
  return text === '' ? '' : `, but is given ${text}`;
}

/** At most so many names of a map are said, each at most so long. */
const SAID = { names: 3, characters: 64 } as const;

/** The names in a map of which `isGood` is not true, as a message gives them. */
export function badNames(names: readonly string[], isGood: (name: string) => boolean): string {
  const bad = names.filter((name) => !isGood(name));
  const said = bad.slice(0, SAID.names).map((name) => {
    return JSON.stringify(name.length > SAID.characters ? `${name.slice(0, SAID.characters)}…` : name);
  });
  return [...said, ...(bad.length > said.length ? [`${bad.length - said.length} more`] : [])].join(', ');
}

/** Text of 1 to `most` characters. */
export function text(most: number) {
  return z.string().min(1).max(most);
}

/**
 * The expression for the controller. It must read alike in RE2, which knows code points only: `\\s`, `\\w` and `\\b` do
 * not, `$` does.
 */
export function expressionOf(pattern: string): RegExp {
  return new RegExp(pattern, 'u');
}

/** Text of a form that a regular expression says. */
export function matching(pattern: string, most: number, message: string) {
  const expression = expressionOf(pattern);
  return withRules(text(most), {
    cel: `self.matches(${celString(pattern)})`,
    message,
    holds: (value) => expression.test(value),
  });
}

/** A list that is replaced as a whole by server-side apply. */
export function atomicList<S extends z.ZodType>(item: S, most: number) {
  return z
    .array(item)
    .max(most)
    .meta({ [LIST_TYPE]: 'atomic' });
}

/** A list without doubles, whose order means nothing. */
export function setList<S extends z.ZodType<string>>(item: S, most: number) {
  return z
    .array(item)
    .max(most)
    .refine((values) => new Set(values).size === values.length, { error: 'must not name anything twice' })
    .meta({ [LIST_TYPE]: 'set' });
}

/** A list of objects, told apart by these fields. */
export function mapList<S extends z.ZodType<object>>(
  item: S,
  most: number,
  keys: readonly (keyof z.output<S> & string)[],
) {
  return z
    .array(item)
    .max(most)
    .refine(
      (values) =>
        new Set(values.map((value) => JSON.stringify(keys.map((key) => Reflect.get(value, key))))).size ===
        values.length,
      {
        error: `must not have two entries with the same ${keys.join(' and ')}`,
      },
    )
    .meta({ [LIST_TYPE]: 'map', [LIST_MAP_KEYS]: [...keys] });
}

/** A map from text to `value`, at most `most` entries, with names of at most `longestName` characters. */
export function map<S extends z.ZodType>(value: S, most: number, longestName: number) {
  const schema = z
    .record(z.string(), value)
    .refine((entries) => Object.keys(entries).length <= most, { error: `must not have more than ${most} entries` })
    .meta({ maxProperties: most });
  const isShort = (name: string): boolean => characters(name) <= longestName;
  return withRules(schema, {
    cel: `self.all(name, size(name) <= ${longestName})`,
    message: `must not have names longer than ${longestName} characters`,
    holds: (entries) => Object.keys(entries).every(isShort),
    given: (entries) => badNames(Object.keys(entries), isShort),
  });
}

/** A rule for every name in a map. */
export function namesMatching<S extends z.ZodRecord>(schema: S, pattern: string, message: string): S {
  const expression = expressionOf(pattern);
  return withRules(schema, {
    cel: `self.all(name, name.matches(${celString(pattern)}))`,
    message,
    holds: (entries) => Object.keys(entries).every((name) => expression.test(name)),
    given: (entries) => badNames(Object.keys(entries), (name) => expression.test(name)),
  });
}

/** CEL's spelling of a text. */
export function celString(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** Name of a label or an annotation, with or without a prefix. */
export const QUALIFIED_NAME_PATTERN = `^(${DNS_LABEL}(\\.${DNS_LABEL})*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`;
/** Longest prefix, without its slash. */
export const LONGEST_PREFIX = 253;
/** Longest of them: the prefix, and 63 for the rest. */
export const LONGEST_QUALIFIED_NAME = LONGEST_PREFIX + 1 + 63;
/** Value of a label. */
export const LABEL_VALUE_PATTERN = '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$';

/** Name of a Secret, a workload, an object of ours. */
export const objectName = matching(
  `^${DNS_LABEL}(\\.${DNS_LABEL})*$`,
  253,
  'must be a name of a Kubernetes object: lower-case letters, digits, "-" and "."',
);
/** Name of a namespace. */
export const namespaceName = matching(
  `^${DNS_LABEL}$`,
  63,
  'must be a name of a namespace: lower-case letters, digits and "-"',
);
/** A key of a Secret's or ConfigMap's data; Kubernetes refuses `.` and what begins with `..`. */
export const DATA_KEY_PATTERN = '^[.]?[-_a-zA-Z0-9][-._a-zA-Z0-9]*$';
export const dataKey = matching(DATA_KEY_PATTERN, 253, 'must be a key of a Secret: letters, digits, "-", "_" and "."');
/** A duration above zero. */
export const positiveDuration = matching(
  POSITIVE_DURATION_PATTERN,
  7,
  'must be a whole number above zero and a unit (d, h, m or s), such as 30d or 12h',
);
/** A duration that may be zero. */
export const duration = matching(
  DURATION_PATTERN,
  7,
  'must be a whole number and a unit (d, h, m or s), such as 1h or 0s',
);

/** A point in time, RFC 3339. */
export const time = z.string().max(64).meta({ format: 'date-time' });
