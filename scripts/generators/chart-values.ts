import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, isScalar, parseDocument, type Node, type YAMLMap } from 'yaml';
import { VALUE_TYPES } from './chart-types.ts';

/** The folder of the chart, from the root of the project. */
export const CHART = 'helm/beatkeys';

/** One value of the chart, as values.yaml has it. */
export interface ChartValue {
  /** With dots: `image.tag`. */
  readonly path: string;
  /** The comment above it; empty for some that only hold others. */
  readonly description: string;
  readonly standard: unknown;
  /** Left out: it is set as a whole. */
  readonly fields?: readonly ChartValue[];
}

const root = path.resolve(import.meta.dirname, '../..');

/** Reads values.yaml in its order. Throws where a value has no comment. */
export async function readChartValues(): Promise<readonly ChartValue[]> {
  const document = parseDocument(await readFile(path.join(root, CHART, 'values.yaml'), 'utf8'));
  const { contents } = document;
  if (!isMap(contents)) throw new Error(`${CHART}/values.yaml is no map`);
  return fieldsOf(contents, '', document.commentBefore ?? '');
}

function fieldsOf(map: YAMLMap, prefix: string, comment: string): readonly ChartValue[] {
  return map.items.map((pair, index): ChartValue => {
    if (!isScalar(pair.key)) throw new Error(`${prefix} has a key that is no text`);
    const own = pair.key.commentBefore ?? (index === 0 ? (map.commentBefore ?? comment) : '');
    const location = `${prefix}${String(pair.key.value)}`;
    const description = own
      .split('\n')
      .map((line) => line.trim())
      .join(' ')
      .trim();
    const node = pair.value as Node;
    const standard = node.toJSON() as unknown;
    if (isMap(node) && node.items.length > 0 && VALUE_TYPES[location] === undefined) {
      return { path: location, description, standard, fields: fieldsOf(node, `${location}.`, '') };
    }
    if (description === '') throw new Error(`${location} in ${CHART}/values.yaml needs a comment`);
    return { path: location, description, standard };
  });
}
