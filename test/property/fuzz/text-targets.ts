import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { ANNOTATIONS } from '../../../src/api/names.ts';
import { fillTemplate, isTemplateVariable, TEMPLATE_VARIABLES } from '../../../src/api/template.ts';
import { journalAnnotations, readJournal, SUPERSEDED_MOST, type Journal } from '../../../src/core/journal.ts';
import { formatDuration, parseDuration } from '../../../src/lib/duration.ts';
import { aJournal } from '../../builders/journal.ts';
import { altered, pieces, repeated, text } from './inputs.ts';
import { must, target } from './target.ts';

/** Longest template of one data key (src/api/secret-template.ts). */
const LONGEST_TEMPLATE = 16_384;

type Fill = typeof fillTemplate;
type Values = Parameters<Fill>[1];
interface Filling {
  readonly template: string;
  readonly values: Values;
}
const values = fc.record(Object.fromEntries(TEMPLATE_VARIABLES.map((name) => [name, pieces]))) as fc.Arbitrary<Values>;
const template = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(fc.oneof(pieces, fc.constantFrom(...TEMPLATE_VARIABLES.map((name) => `{{ ${name} }}`))), { maxLength: 6 })
      .map((all) => all.join('')),
  },
  { weight: 1, arbitrary: text(LONGEST_TEMPLATE) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(repeated(LONGEST_TEMPLATE), fc.constantFrom(' ', '\t', ' \n'))
      .map(([piece, space]) => `${piece.slice(0, 40)}{{${space.repeat(LONGEST_TEMPLATE)}`.slice(0, LONGEST_TEMPLATE)),
  },
);

/** The same read character by character; `undefined` where a variable is not known. */
function filledByHand(source: string, given: Values): string | undefined {
  let filled = '';
  for (let at = 0; at < source.length;) {
    let end = source.startsWith('{{', at) ? at + 2 : source.length;
    while (end < source.length && source[end] !== '{' && source[end] !== '}') end += 1;
    if (source.startsWith('{{', at) && source.startsWith('}}', end)) {
      const name = source.slice(at + 2, end).trim();
      if (!isTemplateVariable(name)) return undefined;
      filled += given[name];
      at = end + 2;
    } else {
      filled += source[at] ?? '';
      at += 1;
    }
  }
  return filled;
}

function holdsFill(fill: Fill, { template: source, values: given }: Filling): void {
  const expected = filledByHand(source, given);
  let filled: string | undefined;
  try {
    filled = fill(source, given);
  } catch (error) {
    must(error instanceof RangeError, 'throw for unknown variables only');
  }
  must(filled === expected, 'put each value in once, as it is');
}
const bySpaces: Fill = (source, given) =>
  source.replaceAll(/\{\{\s*([^{}]*?)\s*\}\}/g, (_match, name: string) => {
    if (!isTemplateVariable(name)) throw new RangeError('unknown variable in a Secret template');
    return given[name];
  });

type Parse = typeof parseDuration;
const SECONDS = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;
function holdsDuration(parse: Parse, source: string): void {
  const ms = parse(source);
  const [, count = '', unit = 's'] = /^(0|[1-9]\d{0,5})([dhms])$(?!\n)/.exec(source) ?? [];
  const expected = count === '' ? undefined : Number(count) * SECONDS[unit as keyof typeof SECONDS] * 1_000;
  must(ms === expected, `read ${JSON.stringify(source)} as ${expected}`);
  if (ms !== undefined) must(parseDuration(formatDuration(ms)) === ms, 'be written and read again');
}

type Annotations = Readonly<Record<string, string>>;
type Read = (annotations: Annotations) => Journal | undefined;
const replaced = [1, 2].map((day) => ({
  ...{
    id: `key-old-${day}`,
    since: Date.UTC(2026, 0, day),
    notBefore: Date.UTC(2026, 0, day + 1),
    atOnce: true as const,
  },
  owner: { username: 'former', realm: 'native1' },
}));
const journal = aJournal({
  ...{ expires: Date.UTC(2026, 1, 1), requestedExpiration: '30d', handledRequest: 'r', handledRevokeRequest: 'q' },
  superseded: [...replaced, { id: 'key-1', since: 0, notBefore: 0 }, ...replaced],
});
const present = (annotations: Readonly<Record<string, string | null>>): Annotations =>
  Object.fromEntries(Object.entries(annotations).filter((entry): entry is [string, string] => entry[1] !== null));
const written = present(journalAnnotations(journal));
const odd = fc.oneof(
  text(2_000),
  fc.constantFrom(
    '2026-02-31T00:00:00Z',
    '0000-00-00T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '2026-01-01T00:00:00+01:00',
    '[]',
    '{}',
  ),
  altered(replaced).map((value) => JSON.stringify(value) ?? ''),
  fc.constant(
    JSON.stringify(
      Array.from({ length: 80 }, () => ({ id: 'k', since: '2026-01-01T00:00:00Z', notBefore: '2026-01-01T00:00:00Z' })),
    ),
  ),
);

function holdsJournal(read: Read, annotations: Annotations): void {
  const found = read(annotations);
  if (found === undefined) return;
  const { keyID, created, changed, stored, expires = 0, superseded } = found;
  const times = [
    created,
    changed,
    stored,
    expires,
    ...superseded.flatMap(({ since, notBefore }) => [since, notBefore]),
  ];
  must(times.every(Number.isSafeInteger), 'give times');
  must(superseded.length <= SUPERSEDED_MOST, 'give no more keys than are ever written');
  const ids = superseded.map(({ id }) => id);
  must(
    new Set(ids).size === ids.length && !ids.includes(keyID),
    'give each replaced key once, and never the current one',
  );
  must(isDeepStrictEqual(read(present(journalAnnotations(found))), found), 'read what it wrote as the same');
}

export const textTargets = [
  target('Secret template', {
    inputs: fc.record({ template, values }),
    real: fillTemplate,
    holds: holdsFill,
    mistakes: {
      'it takes forever where white space goes on': bySpaces,
      'it reads values again': (source, given) => fillTemplate(fillTemplate(source, given), given),
      'it fills the first variable only': (source, given) => {
        const end = source.indexOf('}}') + 2;
        return `${fillTemplate(source.slice(0, end), given)}${source.slice(end)}`;
      },
    },
  }),
  target('duration', {
    inputs: fc.oneof(
      text(4_096),
      fc
        .tuple(fc.nat(2_000_000), fc.constantFrom('d', 'h', 'm', 's', 'ms', 'D', ''))
        .map(([count, unit]) => `${count}${unit}`),
      fc.tuple(fc.nat(99), fc.constantFrom('d', 'h', 'm', 's'), pieces).map((all) => all.join('')),
    ),
    real: parseDuration,
    holds: holdsDuration,
    mistakes: {
      'it takes m for months': (source) => parseDuration(source.replace(/m$/, 'd')),
      'it takes what comes first': (source) => parseDuration(/^\d+[dhms]/.exec(source)?.[0] ?? ''),
    },
  }),
  target('journal', {
    inputs: fc.oneof(
      altered(written, odd),
      altered(written, odd),
      fc.dictionary(fc.constantFrom(...Object.values(ANNOTATIONS)), odd),
    ) as fc.Arbitrary<Annotations>,
    real: readJournal,
    holds: holdsJournal,
    mistakes: {
      'it takes any time': (annotations) => {
        const read = readJournal({ ...annotations, [ANNOTATIONS.keyCreated]: '2026-01-01T00:00:00Z' });
        return read === undefined
          ? undefined
          : { ...read, created: Date.parse(annotations[ANNOTATIONS.keyCreated] ?? '') };
      },
      'it keeps the current key among those replaced': (annotations) => {
        const read = readJournal(annotations);
        return read === undefined
          ? undefined
          : { ...read, superseded: [...read.superseded, { id: read.keyID, since: 0, notBefore: 0 }] };
      },
    },
  }),
];
