import * as z from 'zod';
import { SETTINGS } from '../../src/config.ts';
import { table } from './api-reference.ts';
import type { GeneratedFile } from './generator.ts';

/** What the schema of one setting says. */
interface Setting {
  readonly description?: string;
  readonly default?: string | number;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Words of src/config.ts, where a schema has none. */
  readonly allowed?: string;
}

/** `docs/settings.md`: every environment variable of the operator. */
export async function settingsReference(): Promise<readonly GeneratedFile[]> {
  const { properties = {} } = z.toJSONSchema(SETTINGS, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, property]) => row(name, property as Setting));
  const sections = [
    '<!-- Made from src/config.ts by `npm run generate`. -->',
    '# Settings',
    'The operator is set by environment variables. All have a default, an empty one counts as left out, and one that is wrong ends the process with a line that names it and what is allowed. [The chart](helm-values.md) has a value for each.',
    'Durations are whole numbers with a unit, as in Elasticsearch: `d`, `h`, `m` (minutes), `s`.',
    table(['Variable', 'Default', 'Allowed', 'Meaning'], rows),
    'What is the matter of one cluster or one key is no setting: see [the API reference](api.md).',
  ];
  return [{ path: 'docs/settings.md', content: `${sections.join('\n\n')}\n` }];
}

function row(name: string, setting: Setting): readonly string[] {
  const fallback = setting.default === undefined || setting.default === '' ? '' : `\`${String(setting.default)}\``;
  return [`\`${name}\``, fallback, allowed(setting), setting.description ?? ''];
}

function allowed({ allowed: words, enum: values, minimum, maximum }: Setting): string {
  if (words !== undefined) return words;
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(' or ');
  return minimum === undefined || maximum === undefined ? 'text' : `${minimum} to ${maximum}`;
}
