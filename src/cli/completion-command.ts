import { Failure } from '../core/failure.ts';
import { contextsOf } from '../kubernetes/kubeconfig.ts';
import type { Caller } from '../kubernetes/caller.ts';
import { BEAT_API_KEYS, CONNECTIONS, EVERYWHERE, NAMESPACES, type CollectionPath } from '../kubernetes/resource.ts';
import { keyOf } from '../kubernetes/object.ts';
import { candidates, COMPLETION_SCRIPTS, lastWord, SHELLS, valueIn, type Shell, type Wish } from './completion.ts';
import { withCallerOf, type Setting } from './program.ts';
import { EXIT, UsageError } from './terminal.ts';

/** A person waits with a finger on the key, milliseconds. */
const PATIENCE_MS = 3_000;

/** Adds `beatkeys completion`, and the hidden command that its scripts call. */
export function addCompletionCommands({ program, terminal, ended }: Setting): void {
  const shell = program.createArgument('<shell>', 'which').choices(SHELLS);
  program
    .command('completion')
    .description('print what a shell reads to complete commands, options and the names of objects')
    .addArgument(shell)
    .action((wanted: Shell) => terminal.out(COMPLETION_SCRIPTS[wanted]));
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { texts, wish } = candidates(program, words);
      const found = wish === undefined ? [] : await named(wish, words);
      const { before, begin } = lastWord(words);
      for (const text of [...texts, ...found.filter((each) => each.startsWith(begin))])
        terminal.out(`${before}${text}\n`);
      ended(EXIT.ok);
    });
}

/** What cannot be had is not offered, and nothing is said about it. */
async function named(wish: Wish, words: readonly string[]): Promise<readonly string[]> {
  const kubeconfig = valueIn(words, '--kubeconfig');
  if (wish === 'contexts') return contextsOf(kubeconfig);
  try {
    const given = { kubeconfig, context: valueIn(words, '--context') };
    return await withCallerOf(given, (caller) => listed(wish, words, caller));
  } catch (error) {
    if (error instanceof Failure || error instanceof UsageError) return [];
    throw error;
  }
}

async function listed(wish: Wish, words: readonly string[], caller: Caller): Promise<readonly string[]> {
  const found: string[] = [];
  const namespace = valueIn(words, '-n', '--namespace') ?? caller.namespace;
  const path: CollectionPath<unknown> =
    wish === 'namespaces'
      ? { resource: NAMESPACES }
      : wish === 'connections'
        ? { resource: CONNECTIONS, namespace: EVERYWHERE }
        : { resource: BEAT_API_KEYS, namespace };
  for await (const { items } of caller.client.pages(path, { metadataOnly: true, timeoutMs: PATIENCE_MS }))
    found.push(...items.map((item) => (wish === 'BeatApiKeys' ? item.metadata.name : keyOf(item))));
  return found.toSorted();
}
