import fc from 'fast-check';
import { DATA_KEYS, METADATA_KEY, RESERVED_PREFIXES } from '../../../src/api/names.ts';
import type { StructuralSchema } from '../../../src/api/structural-schema.ts';
import { ENTRY, REMOVED, type Place } from './places.ts';
import { ODD_CHARACTERS, textOf, valueOf } from './values.ts';

/** JSON as it is written: a number that JavaScript would write otherwise, or cannot hold. */
const raw = (text: string): unknown => (JSON as unknown as { rawJSON: (json: string) => unknown }).rawJSON(text);

/** What no place takes, or only one of its type. */
const WRONG: readonly unknown[] = [REMOVED, null, true, 0, '', 'a', [], {}, [null], { a: null }, [[]], [{}]];

const NUMBERS = ['1.0', '1e2', '-0', '1.5', '-1', '2147483647', '2147483648', '9223372036854775808', '1e300'].map(raw);

const TEXTS = [
  ...[
    '',
    ' ',
    'a',
    'A',
    '9',
    '-',
    '_',
    '_a',
    '.',
    '..',
    'a.',
    '.a',
    'a..b',
    'a-',
    '-a',
    'a/b',
    'a/b/c',
    '/a',
    'a/',
    'Main',
  ],
  ...[
    '0',
    '0s',
    '0d',
    '1s',
    '30d',
    '720h',
    '999999d',
    '1000000d',
    '01d',
    '1.5h',
    '1w',
    '5ms',
    '-1d',
    '1 d',
    '1d1h',
    '30D',
  ],
  ...['main', 'kube-system', 'packetbeat', 'true', 'null', '__proto__', 'constructor', '{namespace}', '/.*/', '*'],
  ...['{{ id }}', '{{id}}', '{{ beatz }}', '{{', '{{{ id }}}', '{{ id', '}} {{', '{{\u00a0id }}'],
  ...[
    'https://es:9200',
    'http://10.0.0.1',
    'https://[::1]:9200/a/',
    'HTTPS://es',
    'https://a@es',
    'es:9200',
    'https://',
  ],
  ...[
    'https://es?a',
    'https://es#a',
    'https:///a',
    'https://es:65535',
    'https://es:65536',
    'https://es:',
    'https://es:0080',
  ],
  ...['https://256.0.0.1', 'https://1.2.3', 'https://0x7f.1', 'https://010.0.0.1', 'https://1.2.3.4.', 'https://es.'],
  ...['https://[::g]', 'https://[1::2::3]', 'https://[::ffff:1.2.3.4]', 'https://[fe80::1%25eth0]', 'https://es/%zz'],
  ...[
    'https://es\\a',
    'https://e%73',
    'https://é',
    'https://es/é',
    'https://a_b.c-',
    'https://es//',
    'https://es/a%20b',
  ],
];

/** Names of entries that some map refuses. */
const NAMES = [
  ...RESERVED_PREFIXES.flatMap((prefix) => [prefix, `${prefix}a`, `x.${prefix}a`]),
  ...[...DATA_KEYS, METADATA_KEY, '__proto__', 'constructor', 'toString', '_a', 'a/b/c', '..a', '.a', 'A/b', 'a\n'],
  ...[253, 254].map((length) => `${'p'.repeat(length)}/${'n'.repeat(63)}`),
  ...[63, 64, 253, 254, 256, 257, 317, 318].map((length) => 'n'.repeat(length)),
  ...[256, 257].map((length) => '😀'.repeat(length)),
];

/** Values for a place of which many are just outside what it takes. */
export function changesTo({ schema, path }: Place): fc.Arbitrary<unknown> {
  const wrong = fc.constantFrom(...WRONG);
  if (path.at(-1) === ENTRY || typeof path.at(-1) === 'number') return fc.oneof(ofItsType(schema), wrong);
  return fc.oneof({ weight: 3, arbitrary: ofItsType(schema) }, { weight: 1, arbitrary: wrong });
}

function ofItsType(schema: StructuralSchema): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.oneof(fc.constantFrom(...NUMBERS), around(schema.minimum ?? 0), around(schema.maximum ?? 0));
    case 'array':
      return list(schema);
    case 'object':
      return schema.properties === undefined ? map(schema) : object(schema);
    default:
      return fc.oneof(valueOf(schema), fc.jsonValue({ maxDepth: 2 }));
  }
}

const around = (limit: number): fc.Arbitrary<number> => fc.constantFrom(limit - 1, limit, limit + 1);

function text(schema: StructuralSchema): fc.Arbitrary<string> {
  const { maxLength = 8 } = schema;
  const lengths = [maxLength, maxLength + 1];
  const long = fc
    .constantFrom(...(maxLength > 4_096 ? ['a'] : ['a', 'é', '😀']))
    .chain((letter) => fc.constantFrom(...lengths.map((length) => letter.repeat(length))));
  const words = fc.constantFrom(
    ...TEXTS,
    ...(schema.enum ?? []).map(String),
    ...(schema.enum ?? []).map((word) => `${String(word)}s`),
  );
  const spoilt = fc
    .tuple(textOf(schema), fc.constantFrom(...ODD_CHARACTERS), fc.constantFrom(0, 0.5, 1))
    .map(([good, odd, at]) => {
      const letters = Array.from(good);
      return letters.toSpliced(Math.round(letters.length * at), 0, odd).join('');
    });
  return fc.oneof({ weight: 4, arbitrary: spoilt }, { weight: 3, arbitrary: words }, { weight: 1, arbitrary: long });
}

function list(schema: StructuralSchema): fc.Arbitrary<unknown[]> {
  const { items = {}, maxItems = 8 } = schema;
  const item = valueOf(items);
  const sized = (length: number) => fc.array(item, { minLength: length, maxLength: length });
  return fc.oneof(
    item.map((one) => [one, one]),
    fc.tuple(item, item).map(([one, other]) => [one, other, one]),
    item.map((one) => [one, null]),
    ...(items.type === 'string' ? [sized(maxItems), sized(maxItems + 1)] : [sized(2)]),
    item.map((one) => Array.from({ length: maxItems + 1 }, () => one)),
  );
}

function map({ additionalProperties, maxProperties = 4 }: StructuralSchema): fc.Arbitrary<object> {
  if (additionalProperties === undefined)
    return fc.dictionary(fc.constantFrom(...NAMES), fc.jsonValue({ maxDepth: 1 }));
  const value = valueOf(additionalProperties);
  const many = (count: number) =>
    value.map((one) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, one])));
  const named = fc.tuple(fc.constantFrom(...NAMES), value).map(([name, one]) => Object.fromEntries([[name, one]]));
  const spoilt = fc.tuple(fc.constantFrom(...ODD_CHARACTERS), fc.constantFrom('a%', '%a', 'a%b', '%'), value);
  return fc.oneof(
    { weight: 3, arbitrary: named },
    { weight: 2, arbitrary: spoilt.map(([odd, form, one]) => ({ [form.replace('%', () => odd)]: one })) },
    { weight: 1, arbitrary: fc.constantFrom(maxProperties, maxProperties + 1).chain(many) },
  );
}

/** Another object, one with a field that nobody knows, one with a field that is null. */
function object(schema: StructuralSchema): fc.Arbitrary<object> {
  const whole = valueOf(schema) as fc.Arbitrary<object>;
  const names = Object.keys(schema.properties ?? {});
  const nulled = fc.tuple(whole, fc.constantFrom(...names)).map(([value, name]) => ({ ...value, [name]: null }));
  const unknown = fc
    .tuple(whole, fc.constantFrom('unknown', '__proto__', 'Name', 'toString', ''), fc.jsonValue({ maxDepth: 1 }))
    .map(([value, name, more]) => ({ ...value, [name]: more }));
  return fc.oneof(whole, nulled, unknown);
}
