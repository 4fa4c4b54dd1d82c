import { EVERYWHERE } from '../kubernetes/resource.ts';
import { readAnswerers, readConnections, takeCensus } from './census.ts';
import { keyAccessOptions, type KeyAccessOptions } from './key-access.ts';
import { KEY_STATES, keyStates, type KeyState } from './key-state.ts';
import { keyTable, listedKey, SORTS, sortKeys, type Sort } from './key-table.ts';
import { nearest } from '../lib/nearest.ts';
import { operatorPlace, readInstallation, withOperator, type OperatorPlace } from './operator-view.ts';
import { DATA_OUTPUTS, printed, type DataOutput } from './printed.ts';
import {
  callerGiven,
  listAt,
  names,
  withCaller,
  withCallerOf,
  withElasticsearch,
  withNamespaces,
  type CallerGiven,
  type Given,
  type Setting,
} from './program.ts';
import { namespaceIn } from './selection.ts';
import { EXIT, UsageError, type Terminal } from './terminal.ts';

interface ListOptions {
  readonly caller: CallerGiven;
  readonly operator: OperatorPlace;
  readonly access: KeyAccessOptions;
  readonly connections: readonly string[];
  /** Empty: all but `Invalidated`. */
  readonly states: readonly KeyState[];
  readonly sort: Sort;
  readonly output: DataOutput | 'table';
}

/** Adds `beatkeys list`. */
export function addListCommand({ program, Option, terminal, ended }: Setting): void {
  const command = program
    .command('list')
    .description('list the keys that the installation made, as Elasticsearch has them');
  withElasticsearch(withOperator(withCaller(withNamespaces(command))))
    .option('--connection <names>', 'only keys behind these connections, NAMESPACE/NAME', names)
    .option('--status <states>', `only keys in these states: ${KEY_STATES.join(', ')}`, names)
    .addOption(new Option('--sort <by>', 'order').choices(SORTS).default('object'))
    .addOption(
      new Option('-o, --output <form>', 'form of what is printed').choices(['table', ...DATA_OUTPUTS]).default('table'),
    )
    .action(async (given: Given) => {
      ended(await listCommand(await listOptions(given, terminal), terminal));
    });
}

async function listOptions(given: Given, terminal: Terminal): Promise<ListOptions> {
  return {
    caller: callerGiven(given),
    operator: operatorPlace(given),
    access: await keyAccessOptions(given, terminal),
    connections: listAt(given, 'connection'),
    states: listAt(given, 'status').map(stateNamed),
    sort: given['sort'] as Sort,
    output: given['output'] as ListOptions['output'],
  };
}

function stateNamed(text: string): KeyState {
  const found = KEY_STATES.find((state) => state.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(text, KEY_STATES);
  throw new UsageError(
    `--status ${text}: is none of ${KEY_STATES.join(', ')}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
  );
}

async function listCommand(options: ListOptions, terminal: Terminal): Promise<number> {
  const { states, sort, output } = options;
  return withCallerOf(options.caller, async (caller) => {
    await using stack = new AsyncDisposableStack();
    const namespace = namespaceIn(caller, options.caller);
    const installation = await readInstallation(caller, options.operator);
    terminal.progress('reading BeatApiKeys and Secrets');
    const answerers = await readAnswerers(caller, namespace, installation);
    const connections = await readConnections(caller, options.connections, answerers);
    terminal.progress(`listing the keys behind ${connections.length} connections`);
    const dead = states.includes('Invalidated') ? 'any' : 'expired';
    const wanted = { installation: installation.id, dead } as const;
    const { keys, gaps } = await takeCensus(connections, wanted, options.access, caller, stack);
    const stateOf = keyStates(answerers, caller.now());
    const listed = keys
      .filter(({ record }) => namespace === EVERYWHERE || record.mark.namespace === namespace)
      .map((key) => listedKey(key, stateOf(key.record)))
      .filter(({ status }) => (states.length === 0 ? status !== 'Invalidated' : states.includes(status)));
    const sorted = sortKeys(listed, sort);
    terminal.out(output === 'table' ? (sorted.length === 0 ? '' : keyTable(sorted)) : await printed(sorted, output));
    if (sorted.length === 0) {
      const those = states.length === 0 ? '' : ` that are ${states.join(' or ')}`;
      terminal.tell(`no keys${those}${namespace === EVERYWHERE ? '' : ` in namespace ${namespace}; -A looks in all`}`);
    }
    for (const gap of gaps) terminal.tell(`error: ${gap}`);
    if (connections.length === 0) terminal.tell('note: there is no ElasticsearchConnection to look behind');
    if (sorted.some(({ status }) => status === 'Unknown') && !answerers.everywhere)
      terminal.tell(
        'note: whether a key is an orphan shows only with the right to list BeatApiKeys and Secrets of all namespaces',
      );
    return gaps.length === 0 ? EXIT.ok : EXIT.refused;
  });
}
