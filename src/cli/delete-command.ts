import { BEAT_API_KEYS } from '../kubernetes/resource.ts';
import type { Caller } from '../kubernetes/caller.ts';
import { readAnswerers, readConnections, takeCensus, type FoundKey } from './census.ts';
import { keyAccessOptions, type KeyAccess, type KeyAccessOptions } from './key-access.ts';
import { keyStates, whyNoOrphan, type Answerers } from './key-state.ts';
import { unlessDenied, operatorPlace, readInstallation, withOperator, type OperatorPlace } from './operator-view.ts';
import {
  callerGiven,
  flagAt,
  listAt,
  names,
  withCaller,
  withCallerOf,
  withElasticsearch,
  type CallerGiven,
  type Given,
  type Setting,
} from './program.ts';
import { compare } from './selection.ts';
import { EXIT, UsageError, type Terminal } from './terminal.ts';

interface DeleteOptions {
  readonly ids: readonly string[];
  readonly allOrphans: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly connections: readonly string[];
  readonly caller: CallerGiven;
  readonly operator: OperatorPlace;
  readonly access: KeyAccessOptions;
}

/** Adds `beatkeys delete`. */
export function addDeleteCommand({ program, terminal, ended }: Setting): void {
  const command = program
    .command('delete')
    .description('invalidate keys that belong to no object and that no Secret names; any other is refused')
    .argument('[ids...]', 'ids of keys, as beatkeys list shows them');
  withElasticsearch(withOperator(withCaller(command)))
    .option('--all-orphans', 'every key that is one')
    .option('-n, --namespace <name>', 'with --all-orphans: only those that were made for objects of this namespace')
    .option('--connection <names>', 'only keys behind these connections, NAMESPACE/NAME', names)
    .option('--dry-run', 'check everything, and invalidate nothing')
    .option('-y, --yes', 'do not ask back')
    .action(async (ids: readonly string[], given: Given) => {
      ended(await deleteCommand(await deleteOptions(ids, given, terminal), terminal));
    });
}

async function deleteOptions(ids: readonly string[], given: Given, terminal: Terminal): Promise<DeleteOptions> {
  const allOrphans = flagAt(given, 'allOrphans');
  if (allOrphans === ids.length > 0) throw new UsageError('name keys by their ids, or give --all-orphans');
  const caller = callerGiven(given);
  if (!allOrphans && caller.namespace !== undefined) throw new UsageError('-n needs --all-orphans');
  return {
    ...{ ids: [...new Set(ids)], allOrphans, caller },
    yes: flagAt(given, 'yes'),
    dryRun: flagAt(given, 'dryRun'),
    connections: listAt(given, 'connection'),
    operator: operatorPlace(given),
    access: await keyAccessOptions(given, terminal),
  };
}

async function deleteCommand(options: DeleteOptions, terminal: Terminal): Promise<number> {
  return withCallerOf(options.caller, async (caller) => {
    await using stack = new AsyncDisposableStack();
    const installation = await readInstallation(caller, options.operator);
    const look = () => readAnswerers(caller, options.caller.namespace ?? caller.namespace, installation);
    const before = await look();
    const connections = await readConnections(caller, options.connections, before);
    terminal.progress(`listing the keys behind ${connections.length} connections`);
    const wanted = { installation: installation.id };
    const { keys, gaps } = await takeCensus(connections, wanted, options.access, caller, stack);
    for (const gap of gaps) terminal.tell(`error: ${gap}`);
    const chosen = choose(keys, before, caller.now(), options);
    const found = new Set(chosen.map(({ record }) => record.id));
    const missing = options.ids.filter((id) => !found.has(id));
    for (const id of missing)
      terminal.tell(`refused: ${id}: there is no key of this id with the mark of installation ${installation.id}`);
    if (options.allOrphans && !(await isMeant(chosen, options, terminal))) return EXIT.refused;
    // Whoever was asked may have taken his time.
    const answerers = chosen.length === 0 ? before : await look();
    const refused = await invalidate(chosen, answerers, caller, options, terminal);
    return gaps.length + missing.length + refused === 0 ? EXIT.ok : EXIT.refused;
  });
}

function choose(
  keys: readonly FoundKey[],
  answerers: Answerers,
  now: number,
  { ids, allOrphans, caller: { namespace } }: DeleteOptions,
): readonly FoundKey[] {
  const stateOf = keyStates(answerers, now);
  const chosen = keys.filter(({ record }) => {
    if (!allOrphans) return ids.includes(record.id);
    return stateOf(record) === 'Orphaned' && (namespace === undefined || record.mark.namespace === namespace);
  });
  return chosen.toSorted((one, other) => compare(textOf(one), textOf(other)));
}

/** `key ID (namespace/name)`, in the order of objects. */
const textOf = ({ record: { id, mark } }: FoundKey): string => `${mark.namespace}/${mark.name}: key ${id}`;

async function isMeant(
  chosen: readonly FoundKey[],
  { yes, dryRun }: DeleteOptions,
  terminal: Terminal,
): Promise<boolean> {
  if (chosen.length === 0) terminal.tell('there are no orphans');
  if (chosen.length === 0 || yes || dryRun) return true;
  for (const key of chosen) terminal.tell(textOf(key));
  const answer = await terminal.ask(`invalidate these ${chosen.length} keys? [y/N] `);
  if (answer === undefined) throw new UsageError('--all-orphans needs --yes where nobody can be asked');
  if (/^y(es)?$/i.test(answer.trim())) return true;
  terminal.tell('nothing was done');
  return false;
}

/** Answers how many were refused. Right before each object's keys are invalidated the API server is asked for it. */
async function invalidate(
  chosen: readonly FoundKey[],
  answerers: Answerers,
  caller: Caller,
  { dryRun }: DeleteOptions,
  terminal: Terminal,
): Promise<number> {
  let refused = 0;
  const due = new Map<KeyAccess, FoundKey[]>();
  for (const [index, key] of chosen.entries()) {
    terminal.progress(`checking ${index + 1} of ${chosen.length}`);
    const { record, access } = key;
    const why = whyNoOrphan(record, answerers, access.searcher, caller.now()) ?? (await whyOwned(key, caller));
    if (why === undefined) due.set(access, [...(due.get(access) ?? []), key]);
    else {
      terminal.tell(`refused: ${textOf(key)}: ${why}`);
      refused += 1;
    }
  }
  for (const [{ search, searcher }, keys] of due) {
    const ids = keys.map(({ record }) => record.id);
    const done = new Set(dryRun ? ids : await search.invalidate(ids, searcher.manageApiKey));
    for (const key of keys) {
      if (done.has(key.record.id)) terminal.out(`${textOf(key)}: ${dryRun ? 'would be' : 'is'} invalidated\n`);
      else {
        terminal.tell(`refused: ${textOf(key)}: Elasticsearch did not invalidate it; it may have been dead by then`);
        refused += 1;
      }
    }
  }
  return refused;
}

/** What may not be seen may be there. */
async function whyOwned({ record: { mark } }: FoundKey, { client }: Caller): Promise<string | undefined> {
  const { namespace, name, uid } = mark;
  const found = await unlessDenied(
    client.get({ resource: BEAT_API_KEYS, namespace, name }).then((object) => ({ uid: object?.metadata.uid })),
  );
  if (found === undefined) return `whether BeatApiKey ${namespace}/${name} is there cannot be seen`;
  return found.uid === uid ? `BeatApiKey ${namespace}/${name} answers for it` : undefined;
}
