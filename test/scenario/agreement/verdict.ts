import { isDeepStrictEqual } from 'node:util';
import { describeProblems, type Parsed } from '../../../src/api/parse.ts';
import { PARSERS, type Kind } from '../kinds.ts';
import { withoutNulls } from './as-read.ts';
import { DIFFERENCES } from './differences.ts';
import type { Answer } from './dry-run.ts';
import { specSchema } from './places.ts';

/** What came of showing a spec to both: an outcome that is as it should be, or one that is not. */
export type Verdict = { readonly outcome: string } | { readonly disagreement: string };

/** How the operator reads a spec of a kind. */
export type Reader = (kind: Kind, spec: unknown) => Parsed<unknown>;

export const readByOperator: Reader = (kind, spec) => PARSERS[kind](spec);

const SCHEMAS = {
  BeatApiKey: specSchema('BeatApiKey'),
  ElasticsearchConnection: specSchema('ElasticsearchConnection'),
};

/** Compares the API server's answer to a spec, JSON or none, with what the operator reads in it. */
export function compare(kind: Kind, spec: string | undefined, answer: Answer, read: Reader = readByOperator): Verdict {
  const given = spec === undefined ? undefined : withoutNulls(JSON.parse(spec), SCHEMAS[kind]);
  const parsed = read(kind, given);
  if (!answer.taken) {
    if (!parsed.ok) return { outcome: 'refused by both' };
    return { disagreement: `only the API server refuses it: ${answer.why}` };
  }
  if (parsed.ok) {
    if (isDeepStrictEqual(plain(parsed.value), plain(answer.spec))) return { outcome: 'taken by both' };
    return { disagreement: `stored is ${JSON.stringify(answer.spec)}, read is ${JSON.stringify(parsed.value)}` };
  }
  const known = parsed.problems.map((problem) => DIFFERENCES.find(({ is }) => is(problem))?.name);
  if (known.includes(undefined))
    return { disagreement: `only the operator refuses it: ${describeProblems(parsed.problems)}` };
  return { outcome: `taken by the API server only: ${known[0]}` };
}

/** Without prototypes and `-0`, which JSON has not. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
