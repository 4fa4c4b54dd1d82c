import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const pages = ['*.md', 'docs/**/*.md', 'bench/*.md', 'test/**/*.md', 'examples/**/*.md']
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .toSorted();

interface Link {
  readonly text: string;
  readonly file: string;
}

/** Links of a page to files of the project. */
function linksOf(page: string): readonly Link[] {
  const text = readFileSync(path.join(root, page), 'utf8').replaceAll(/^```[^]*?^```/gm, '');
  return [...text.matchAll(/\[(?<text>[^\]]+)\]\((?<target>[^)\s]+)\)/g)].flatMap(({ groups = {} }) => {
    const target = (groups['target'] ?? '').replace(/#.*$/, '');
    if (target === '' || /^[a-z]+:/.test(target)) return [];
    return [{ text: (groups['text'] ?? '').replaceAll(/\s+/g, ' '), file: path.join(path.dirname(page), target) }];
  });
}

const contentOf = (file: string): string | undefined => {
  try {
    return globSync(file, { cwd: root }).length === 0 ? undefined : readFileSync(path.join(root, file), 'utf8');
  } catch (error) {
    // A folder has no content, and is there.
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return '';
    throw error;
  }
};

describe.each(pages)('%s', (page) => {
  const links = linksOf(page).map((link) => ({ ...link, content: contentOf(link.file) }));

  test('links to files that are there', () => {
    expect(links.filter(({ content }) => content === undefined).map(({ file }) => file)).toEqual([]);
  });

  test('names tests by words that they have', () => {
    const tests = links.filter(({ file }) => file.endsWith('.test.ts'));
    expect(tests.filter(({ text, content = '' }) => !content.includes(text)).map(({ text }) => text)).toEqual([]);
  });
});

test('The threat model names a test for most of what it says', () => {
  const tests = linksOf('docs/threat-model.md').filter(({ file }) => file.endsWith('.test.ts'));
  expect(tests.length).toBeGreaterThan(20);
});
