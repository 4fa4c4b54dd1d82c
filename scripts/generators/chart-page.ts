import { table } from './api-reference.ts';
import { typeOf } from './chart-schema.ts';
import { CHART, readChartValues, type ChartValue } from './chart-values.ts';
import type { GeneratedFile } from './generator.ts';
import type { JSONSchema } from './json-schema.ts';

/** `docs/helm-values.md`: every value of the chart. */
export async function chartPage(): Promise<readonly GeneratedFile[]> {
  const values = await readChartValues();
  const single = values.filter(({ fields }) => fields === undefined);
  const blocks = values.filter(({ fields }) => fields !== undefined);
  const sections = [
    `<!-- Made from ${CHART}/values.yaml by \`npm run generate\`. -->`,
    '# Values of the Helm chart',
    `A key that the chart does not know is refused, and so is a value of another type: \`helm\` names it. Durations are whole numbers with a unit: \`d\`, \`h\`, \`m\` (minutes), \`s\`. Types with a capital letter are Kubernetes' own. [${CHART}/profiles](../${CHART}/profiles/) has files of values for common shapes.`,
    valueTable(single),
    ...blocks.flatMap((block) => [`## ${block.path}`, ...textOf(block), valueTable(leavesOf(block))]),
  ];
  return [{ path: 'docs/helm-values.md', content: `${sections.join('\n\n')}\n` }];
}

const textOf = ({ description }: ChartValue): readonly string[] => (description === '' ? [] : [description]);

const leavesOf = (value: ChartValue): readonly ChartValue[] =>
  value.fields === undefined ? [value] : value.fields.flatMap(leavesOf);

function valueTable(values: readonly ChartValue[]): string {
  return table(
    ['Value', 'Type', 'Default', 'Meaning'],
    values.map((value) => [
      `\`${value.path}\``,
      typeText(typeOf(value)),
      `\`${JSON.stringify(value.standard)}\``,
      value.description,
    ]),
  );
}

function typeText(schema: JSONSchema): string {
  const { title, type, enum: values, items, additionalProperties, minimum, maximum } = schema;
  if (title !== undefined) return title;
  if (values !== undefined) return values.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  if (items !== undefined) return `list of ${typeText(items)}`;
  if (typeof additionalProperties === 'object') return `map of ${typeText(additionalProperties)}`;
  if (Array.isArray(type)) return type.map(word).join(' or ');
  if (maximum !== undefined) return `whole number (${minimum ?? 0} to ${maximum})`;
  return word(String(type));
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: '`true` or `false`',
};
const word = (type: string): string => WORDS[type] ?? type;
