import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A command of kubectl in a runbook. */
export interface RunbookCommand {
  readonly text: string;
  readonly args: readonly string[];
  /** The kind that the page's NAME is of. */
  readonly about: 'BeatApiKey' | 'ElasticsearchConnection';
}

const folder = path.resolve(import.meta.dirname, '../../docs/runbooks');

/** These need containers that run, and the nodes of the test bed only play theirs. */
const NEEDS_CONTAINERS = /^kubectl (?:-n \S+ )?(?:logs|exec) /;

/** Every command of kubectl in the runbooks and on the page about watching, once: whole lines in blocks, and those within sentences. */
export function runbookCommands(): readonly RunbookCommand[] {
  const found = ['../monitoring.md', ...globSync('*.md', { cwd: folder })]
    .toSorted()
    .flatMap((page) => commandsIn(readFileSync(path.join(folder, page), 'utf8')));
  const commands = new Map(found.map((command) => [command.text, command]));
  return [...commands.values()].filter(({ text }) => !NEEDS_CONTAINERS.test(text));
}

function commandsIn(page: string): readonly RunbookCommand[] {
  const about = page.startsWith('# BeatkeysConnection') ? 'ElasticsearchConnection' : 'BeatApiKey';
  const lines = [...page.matchAll(/^kubectl .*$/gm)].map(([line]) => line);
  const within = [...page.matchAll(/`(kubectl [^`]*)`/g)].map(([, text = '']) => text.replaceAll(/\s+/g, ' '));
  return [...lines, ...within].map((text) => ({ text, args: wordsOf(text).slice(1), about }));
}

/** As a shell splits a line that has nothing but words and single or double quotes. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}
