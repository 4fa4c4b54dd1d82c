export const DATA_OUTPUTS = ['json', 'yaml'] as const;
export type DataOutput = (typeof DATA_OUTPUTS)[number];

/** A value for another program, as JSON or YAML. */
export async function printed(value: unknown, output: DataOutput): Promise<string> {
  if (output === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0 });
}
