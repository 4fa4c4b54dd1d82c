import { OPEN_BLOCKS, VALUE_TYPES } from './chart-types.ts';
import { CHART, readChartValues, type ChartValue } from './chart-values.ts';
import type { GeneratedFile } from './generator.ts';
import type { JSONSchema } from './json-schema.ts';

/** The chart's values.schema.json: keys, defaults and descriptions of values.yaml, with types. Unknown keys are refused. */
export async function chartSchema(): Promise<readonly GeneratedFile[]> {
  const values = await readChartValues();
  demandNoOthers(values);
  const schema: JSONSchema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...blockSchema(values, true),
  };
  return [{ path: `${CHART}/values.schema.json`, content: JSON.stringify(schema) }];
}

/** What a value may be. Throws where nobody can tell. */
export function typeOf({ path, standard }: ChartValue): JSONSchema {
  const known = VALUE_TYPES[path];
  if (known !== undefined) return known;
  if (typeof standard === 'boolean') return { type: 'boolean' };
  if (typeof standard === 'string') return { type: 'string' };
  throw new Error(`${path} needs a type in scripts/generators/chart-types.ts`);
}

function schemaOf(value: ChartValue): JSONSchema {
  const { path, description, standard, fields } = value;
  const described = description === '' ? {} : { description };
  if (fields !== undefined) return { ...described, ...blockSchema(fields, !OPEN_BLOCKS.includes(path)) };
  return { ...described, ...typeOf(value), default: standard };
}

function blockSchema(values: readonly ChartValue[], isClosed: boolean): JSONSchema {
  const name = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
  const properties = Object.fromEntries(values.map((value) => [name(value.path), schemaOf(value)] as const));
  return { type: 'object', ...(isClosed ? { additionalProperties: false } : {}), properties };
}

function demandNoOthers(values: readonly ChartValue[]): void {
  const pathsOf = ({ path, fields }: ChartValue): readonly string[] => [path, ...(fields ?? []).flatMap(pathsOf)];
  const known = new Set(values.flatMap(pathsOf));
  const others = [...Object.keys(VALUE_TYPES), ...OPEN_BLOCKS].filter((path) => !known.has(path));
  if (others.length > 0) throw new Error(`${CHART}/values.yaml lacks ${others.join(', ')}`);
}
