import type * as z from 'zod';
import { beatApiKeySpec, consumers } from './beat-api-key.ts';
import { elasticsearchConnectionSpec } from './elasticsearch-connection.ts';
import { pathText, type Path } from './field-path.ts';
import { problemsOf, type Problem } from './problem.ts';
import { strictRole } from './role-descriptor.ts';
import type { BeatApiKeySpec, ElasticsearchConnectionSpec } from './types.ts';
import { unknownFields } from './unknown-fields.ts';

export { describeProblems, type Problem } from './problem.ts';

/** A spec that may be acted on, or everything that is wrong with it. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Problems that are told at most. */
const MOST = 20;

const beatApiKey: z.ZodType<BeatApiKeySpec> = beatApiKeySpec(strictRole);
const connection: z.ZodType<ElasticsearchConnectionSpec> = elasticsearchConnectionSpec(strictRole);

/**
 * Reads `spec` of a BeatApiKey as strictly as it can be read: everything that the CRD checks, and what it cannot.
 * Fields outside role descriptors that are not known are dropped, as by the API server. Never throws.
 */
export function parseBeatApiKeySpec(spec: unknown): Parsed<BeatApiKeySpec> {
  return parse(beatApiKey, spec);
}

/** Reads `spec` of an ElasticsearchConnection, as `parseBeatApiKeySpec` does its own. Never throws. */
export function parseElasticsearchConnectionSpec(spec: unknown): Parsed<ElasticsearchConnectionSpec> {
  return parse(connection, spec);
}

/** Fields of a spec that the API server would drop, as `kubectl apply` refuses them. */
export const unknownBeatApiKeyFields = (spec: unknown): readonly Problem[] => unknownFields(beatApiKey, spec);
export const unknownConnectionFields = (spec: unknown): readonly Problem[] => unknownFields(connection, spec);

/**
 * `spec.consumers` of a BeatApiKey, although the rest of its spec may be wrong: a key that they use is still waited for.
 * `undefined` where it cannot be read. Never throws.
 */
export function parseConsumers(spec: unknown): BeatApiKeySpec['consumers'] | undefined {
  const given =
    typeof spec === 'object' && spec !== null ? (spec as { readonly consumers?: unknown }).consumers : undefined;
  if (given === undefined) return [];
  const result = consumers.safeParse(given);
  return result.success ? result.data : undefined;
}

function parse<T>(schema: z.ZodType<T>, spec: unknown): Parsed<T> {
  try {
    const lost = pathToProto(spec);
    if (lost !== undefined)
      return { ok: false, problems: [{ path: pathText(lost), message: 'is no name for a field' }] };
    const result = schema.safeParse(spec);
    if (result.success) return { ok: true, value: result.data };
    const issues = withoutConsequences(result.error.issues);
    const problems = issues.flatMap((issue) => problemsOf(issue, spec, schema));
    return { ok: false, problems: problems.slice(0, MOST) };
  } catch {
    return { ok: false, problems: [{ path: 'spec', message: 'must be plain JSON' }] };
  }
}

/**
 * The way to a field of the name that JavaScript keeps for itself. In JSON it is a name like any other, and zod passes
 * over it in silence: what stands there would be lost.
 */
function pathToProto(value: unknown): Path | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, '__proto__')) return ['__proto__'];
  for (const [name, member] of Object.entries(value)) {
    const below = pathToProto(member);
    if (below !== undefined) return [Array.isArray(value) ? Number(name) : name, ...below];
  }
  return undefined;
}

/** What a rule says of a value whose form is wrong anyway would be said twice, or follow from what is mended first. */
function withoutConsequences(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const malformed = new Set(issues.filter(({ code }) => code !== 'custom').map(({ path }) => pathText(path)));
  return issues.filter(({ code, path }) => code !== 'custom' || !malformed.has(pathText(path)));
}
