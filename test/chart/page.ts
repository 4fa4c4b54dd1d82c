import { readFile } from 'node:fs/promises';
import path from 'node:path';

const docs = path.resolve(import.meta.dirname, '../../docs');

/** What a page of docs/ tells a user to run under a heading: its blocks `sh`, one after the other. Throws where there is none. */
export async function commandsUnder(page: string, heading: string): Promise<string> {
  const text = await readFile(path.join(docs, page), 'utf8');
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  const blocks = [...(section ?? '').matchAll(/^ *```sh\n([^]*?)^ *```$/gm)].map(([, block = '']) => block);
  if (blocks.length === 0) throw new Error(`docs/${page} has no commands under "${heading}"`);
  return blocks.join('');
}
