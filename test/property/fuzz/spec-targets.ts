import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { isTemplateVariable, readTemplate } from '../../../src/api/template.ts';
import {
  describeProblems,
  parseBeatApiKeySpec,
  parseElasticsearchConnectionSpec,
  type Parsed,
} from '../../../src/api/parse.ts';
import type { BeatApiKeySpec, ElasticsearchConnectionSpec } from '../../../src/api/types.ts';
import { parseDuration } from '../../../src/lib/duration.ts';
import { CONNECTION, KEY, PRESET } from '../../builders/specs.ts';
import { altered, json } from './inputs.ts';
import { must, target } from './target.ts';

type Parse<T> = (spec: unknown) => Parsed<T>;

/** Stands in fields whose values are never shown. */
const HIDDEN = 'hidden-value-4711';
/** Three problems, each with a path, a demand and what was given. */
const LONGEST_SENTENCE = 8_192;

/** What holds of the outcome for any spec; `wrong` says what a spec must not be let through with. */
function holdsOf<T>(wrong: (spec: T) => string | undefined) {
  return (parse: Parse<T>, spec: unknown): void => {
    const parsed = parse(spec);
    if (parsed.ok) {
      const found = wrong(parsed.value);
      must(found === undefined, `not let through ${found}`);
      const again = parse(parsed.value);
      must(again.ok && isDeepStrictEqual(again.value, parsed.value), 'read its own outcome as the same');
      return;
    }
    must(parsed.problems.length > 0 && parsed.problems.length <= 20, 'name between one and twenty problems');
    must(
      parsed.problems.every(({ path }) => path.startsWith('spec')),
      'say where each problem is',
    );
    const sentence = describeProblems(parsed.problems);
    must(sentence !== '' && sentence.length < LONGEST_SENTENCE, 'say so in a sentence');
    must(!sentence.includes(HIDDEN), 'not repeat what may be secret');
  };
}

function wrongKey(spec: BeatApiKeySpec): string | undefined {
  const { preset, roleDescriptors, expiration, secret } = spec;
  if ((preset === undefined) === (roleDescriptors === undefined))
    return 'both or neither of preset and roleDescriptors';
  if (roleDescriptors !== undefined && Object.keys(roleDescriptors).length === 0) return 'a key with all rights';
  if (expiration !== undefined && parseDuration(expiration) === undefined) return 'an expiration that is no duration';
  for (const template of Object.values(secret?.template?.data ?? {})) {
    if (typeof template !== 'string') return 'a template that is no text';
    const { names, unclosed } = readTemplate(template);
    if (unclosed || !names.every(isTemplateVariable)) return 'a template that cannot be filled';
  }
  return undefined;
}

function wrongConnection({ urls, eckRef }: ElasticsearchConnectionSpec): string | undefined {
  if ((urls === undefined) === (eckRef === undefined)) return 'both or neither of urls and eckRef';
  const bad = urls?.some((url) => !URL.canParse(url) || new URL(url).username !== '' || new URL(url).search !== '');
  return bad === true ? 'a URL with a user or a query' : undefined;
}

/** The parser, but what it thinks of one field does not count. */
const blindTo =
  <T>(parse: Parse<T>, field: string, sound: unknown): Parse<T> =>
  (spec) => {
    if (typeof spec !== 'object' || spec === null) return parse(spec);
    const given: unknown = Reflect.get(spec, field);
    const parsed = parse({ ...spec, [field]: sound });
    return parsed.ok ? { ok: true, value: { ...parsed.value, [field]: given } } : parsed;
  };
/** The parser, but what is wrong is said with the whole of what was given. */
const talkative =
  <T>(parse: Parse<T>): Parse<T> =>
  (spec) => {
    const parsed = parse(spec);
    if (parsed.ok) return parsed;
    return {
      ok: false,
      problems: parsed.problems.map((one) => ({ ...one, message: `${one.message}: ${JSON.stringify(spec)}` })),
    };
  };

const hiding = { ...KEY, metadata: { team: HIDDEN }, secret: { template: { data: { 'a.yml': HIDDEN } } } };

export const specTargets = [
  target('spec of a BeatApiKey', {
    inputs: fc.oneof(altered(hiding), altered(KEY), altered(PRESET), json),
    real: parseBeatApiKeySpec,
    holds: holdsOf(wrongKey),
    mistakes: {
      'it takes any expiration': blindTo(parseBeatApiKeySpec, 'expiration', '30d'),
      'it takes any Secret template': blindTo(parseBeatApiKeySpec, 'secret', undefined),
      'it repeats what it was given': talkative(parseBeatApiKeySpec),
    },
  }),
  target('spec of an ElasticsearchConnection', {
    inputs: fc.oneof(
      altered({ ...CONNECTION, urls: [`https://u:${HIDDEN}@es.example`, 'https://es'] }),
      altered(CONNECTION),
      json,
    ),
    real: parseElasticsearchConnectionSpec,
    holds: holdsOf(wrongConnection),
    mistakes: {
      'it takes any URL': blindTo(parseElasticsearchConnectionSpec, 'urls', ['https://es.example']),
      'it repeats what it was given': talkative(parseElasticsearchConnectionSpec),
    },
  }),
];
