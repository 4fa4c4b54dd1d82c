import { CUSTOM_RESOURCE_DEFINITIONS, type CustomResourceDefinition } from '../../src/api/crd.ts';
import { API_VERSION } from '../../src/api/names.ts';
import { EVENT_REASONS, REASONS, ROTATION_REASONS } from '../../src/api/reasons.ts';
import { openRole } from '../../src/api/role-descriptor.ts';
import { structuralSchema, type StructuralSchema } from '../../src/api/structural-schema.ts';
import type { GeneratedFile } from './generator.ts';

/** Fields that are described once, in their own section. */
const ROLE_DESCRIPTORS = new Set(['spec.roleDescriptors.*', 'spec.policy.roleDescriptor']);
const ROLE_DESCRIPTOR_LINK = '[role descriptor](#role-descriptor)';

/** `docs/api.md`: every field of both kinds, and every reason. */
export async function apiReference(): Promise<readonly GeneratedFile[]> {
  const sections = [
    '<!-- Made from src/api by `npm run generate`. -->',
    '# API reference',
    `Both kinds are in \`${API_VERSION}\` and live in a namespace. The API server checks what a schema and CEL can say; the operator checks everything again when it reads an object. Nothing in \`spec\` has a default in the schema: what is left out is resolved by the operator, and status shows the outcome.`,
    'Durations are whole numbers with a unit, as in Elasticsearch: `d`, `h`, `m` (minutes), `s`.',
    ...CUSTOM_RESOURCE_DEFINITIONS.flatMap(kindSections),
    '## Role descriptor',
    "As in the body of Elasticsearch's create API key request; documentation of Elastic pastes in unchanged. The API server keeps fields that it does not know, and the operator refuses them by name: were they dropped, a misspelt `field_security` or `query` would widen the key.",
    fieldTable(rows(structuralSchema(openRole.descriptor), '')),
    '## Reasons',
    'A closed list for each release; more may come, so read unknown ones as you would `Unknown`. [What to do about each](reasons.md) has a page of its own.',
    ...Object.entries(REASONS).flatMap(([kind, reasons]) => [`### Conditions of ${kind}`, reasonTable(reasons)]),
    '### Rotations',
    'In `status.lastRotation.reason` of a BeatApiKey.',
    reasonTable(ROTATION_REASONS),
    '### Events',
    reasonTable(EVENT_REASONS),
  ];
  return [{ path: 'docs/api.md', content: `${sections.join('\n\n')}\n` }];
}

function kindSections({ spec }: CustomResourceDefinition): readonly string[] {
  const schema = spec.versions[0]?.schema.openAPIV3Schema ?? {};
  const { spec: specSchema = {}, status = {} } = schema.properties ?? {};
  return [
    `## ${spec.names.kind}`,
    `${schema.description} Short name \`${spec.names.shortNames.join(', ')}\`, category \`${spec.names.categories.join(', ')}\`.`,
    ...ruleList([...validations(schema), ...validations(specSchema)]),
    '### Spec',
    fieldTable(rows(specSchema, 'spec')),
    '### Status',
    'Written by the operator; a report, from which nothing is decided.',
    fieldTable(rows(status, 'status')),
  ];
}

interface Row {
  readonly path: string;
  readonly schema: StructuralSchema;
  readonly required: boolean;
}

/** The fields below a schema, each before those within it. */
function rows(schema: StructuralSchema, path: string): readonly Row[] {
  if (ROLE_DESCRIPTORS.has(path)) return [];
  if (schema.items !== undefined) return rows(schema.items, `${path}[]`);
  if (schema.additionalProperties !== undefined) return rows(schema.additionalProperties, `${path}.*`);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const below = path === '' ? name : `${path}.${name}`;
    return [{ path: below, schema: field, required: schema.required?.includes(name) ?? false }, ...rows(field, below)];
  });
}

function fieldTable(fields: readonly Row[]): string {
  return table(
    ['Field', 'Type', 'Meaning'],
    fields.map(({ path, schema, required }) => [
      `\`${path}\``,
      `${typeText(schema, path)}${required ? ', required' : ''}`,
      [schema.description ?? '', ...ruleTexts(schema)].join(' '),
    ]),
  );
}

function typeText(schema: StructuralSchema, path: string): string {
  if (ROLE_DESCRIPTORS.has(path)) return ROLE_DESCRIPTOR_LINK;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (schema.items !== undefined)
    return `list of ${typeText(schema.items, `${path}[]`)}${bounds(schema.minItems, schema.maxItems)}`;
  if (schema.additionalProperties !== undefined) {
    return `map of ${typeText(schema.additionalProperties, `${path}.*`)}${bounds(schema.minProperties, schema.maxProperties)}`;
  }
  if (schema.format === 'date-time') return 'time';
  if (schema.type === 'integer') return `whole number${bounds(schema.minimum, schema.maximum)}`;
  if (schema.type === 'string') return `text${bounds(schema.minLength, schema.maxLength)}`;
  return schema.type ?? 'text or object';
}

function bounds(least: number | undefined, most: number | undefined): string {
  if (most === undefined) return '';
  return least === undefined ? ` (at most ${most})` : ` (${least} to ${most})`;
}

function validations(schema: StructuralSchema): readonly { readonly message: string; readonly fieldPath?: string }[] {
  return schema['x-kubernetes-validations'] ?? [];
}

/** Rules of a field, and of the items or values in it. */
function ruleTexts(schema: StructuralSchema): readonly string[] {
  const each = [schema.items, schema.additionalProperties].flatMap((inner) =>
    inner === undefined ? [] : validations(inner),
  );
  const own = validations(schema).map(({ message }) => sentence(message));
  return [...own, ...each.filter(() => isScalar(schema)).map(({ message }) => `Each ${message}.`)];
}

function isScalar({ items, additionalProperties }: StructuralSchema): boolean {
  return (items ?? additionalProperties)?.properties === undefined;
}

function ruleList(rules: readonly { readonly message: string; readonly fieldPath?: string }[]): readonly string[] {
  if (rules.length === 0) return [];
  const lines = rules.map(({ message, fieldPath }) => `- \`${fullPath(fieldPath)}\` ${message}.`);
  return [lines.join('\n')];
}

function fullPath(fieldPath = '.spec'): string {
  const path = fieldPath.slice(1);
  return path.startsWith('spec') ? path : `spec.${path}`;
}

function sentence(message: string): string {
  const text = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return text.endsWith('.') ? text : `${text}.`;
}

function reasonTable(reasons: Readonly<Record<string, string>>): string {
  return table(
    ['Reason', 'Meaning'],
    Object.entries(reasons).map(([name, meaning]) => [`\`${name}\``, meaning]),
  );
}

/** A table in Markdown. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
