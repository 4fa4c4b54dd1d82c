import fc from 'fast-check';
import { Sensitive } from '../../../src/runtime/sensitive.ts';
import { redact, redactText } from '../../../src/telemetry/redaction.ts';
import { text } from './inputs.ts';
import { must, RUNS, target } from './target.ts';

const word = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'.split('')), minLength: length, maxLength: length });
const beats = fc.tuple(word(20), word(22)).map(([id, key]) => `${id}:${key}`);
const base64 = (value: string): string => Buffer.from(value).toString('base64');

/** What must not be left, within what it is known by. */
interface Planted {
  readonly secret: string;
  readonly shown: string;
}
const planted: fc.Arbitrary<Planted> = fc.oneof(
  beats.map((key) => ({ secret: key, shown: key })),
  beats.map((key) => ({ secret: base64(key), shown: base64(key) })),
  fc
    .tuple(fc.constantFrom('ApiKey', 'Basic', 'Bearer'), fc.constantFrom(' ', '  ', '\t'), beats)
    .map(([scheme, space, key]) => ({
      secret: base64(`${key}0`),
      shown: `${scheme}${space}${base64(`${key}0`)}`,
    })),
  word(24).map((password) => ({ secret: password, shown: `https://elastic:${password}@es.example:9200/x` })),
  word(64).map((key) => ({ secret: key, shown: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----` })),
);
const gap = fc.constantFrom(' ', '\n', '"', ', ', '(', '<', '=  ');
const around = fc.tuple(text(), gap, fc.array(fc.tuple(planted, gap), { minLength: 1, maxLength: 3 }), text());
interface Said {
  readonly secrets: readonly string[];
  readonly said: string;
}
const said: fc.Arbitrary<Said> = around.map(([head, before, all, tail]) => ({
  secrets: all.map(([{ secret }]) => secret),
  said: `${head}${before}${all.map(([{ shown }, after]) => `${shown}${after}`).join('')}${tail}`,
}));

/** Text that is left, and what says that some was cut. */
const LONGEST = 2_100;
function holdsText(subject: typeof redactText, { secrets, said: given }: Said): void {
  const left = subject(given);
  must(left.length <= LONGEST, 'cut what is long');
  must(!secrets.some((secret) => left.includes(secret)), 'leave no secret');
}

const SECRET = 'planted-Secret_4711';
const names = fc.constantFrom(
  ...['password', 'api_key', 'X-Api-Key', 'encoded', 'bearerToken', 'Authorization', 'client_secret'],
);
const hiding = fc.oneof(
  names.map((name) => ({ [name]: SECRET })),
  names.map((name) => new Map([[name, { deep: [SECRET] }]])),
  fc.constant({ kind: 'Secret', data: { key: SECRET }, stringData: { key: SECRET } }),
  fc.constant(new Sensitive(SECRET)),
  fc.constant(new Error(SECRET, { cause: new TypeError(SECRET, { cause: SECRET }) })),
  fc.constant(new AggregateError([Object.assign(new Error(SECRET), { code: SECRET, config: SECRET })], SECRET)),
  fc.constant(Buffer.from(SECRET)),
  fc.constant(() => SECRET),
);
const fields = fc.object({
  maxDepth: 4,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  values: [hiding, fc.anything(), text()],
});

function holdsFields(subject: (value: unknown) => unknown, given: unknown): void {
  const left = JSON.stringify(subject(given)) ?? '';
  must(!left.includes(SECRET), 'leave no secret');
}

export const redactionTargets = [
  target('redaction of texts', {
    inputs: said,
    real: redactText,
    holds: holdsText,
    mistakes: {
      'it looks at the beginning only': (given) => `${redactText(given.slice(0, 60))}${given.slice(60, 2_000)}`,
      'it knows no key by its look': (given) =>
        /[\w-]{20}:[\w-]{22}/.test(given) ? given.slice(0, 2_000) : redactText(given),
    },
  }),
  target('redaction of fields', {
    inputs: fields,
    runs: RUNS / 4,
    real: redact,
    holds: holdsFields,
    mistakes: {
      'it trusts errors': (given) =>
        redact(
          given instanceof Error ? given.message : mapped(given, (one) => (one instanceof Error ? one.message : one)),
        ),
      'it looks at the first level only': (given) =>
        mapped(given, (one) => (typeof one === 'string' ? redactText(one) : one)),
    },
  }),
];

function mapped(given: unknown, change: (value: unknown) => unknown): unknown {
  if (typeof given !== 'object' || given === null) return change(given);
  return Object.fromEntries(Object.entries(given).map(([name, member]) => [name, change(member)]));
}
