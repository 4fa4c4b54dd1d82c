import { keyAccessOptions, type KeyAccessOptions } from './key-access.ts';
import { DATA_OUTPUTS, printed, type DataOutput } from './printed.ts';
import {
  callerGiven,
  textAt,
  withCaller,
  withCallerOf,
  withElasticsearch,
  withNamespaces,
  type CallerGiven,
  type Given,
  type Setting,
} from './program.ts';
import { listKeysIn, namespaceIn, readKey } from './selection.ts';
import { statusReport } from './status-report.ts';
import { statusTable, statusText } from './status-text.ts';
import { EXIT, UsageError, type Terminal } from './terminal.ts';

interface StatusOptions {
  /** Left out: a line for each object. */
  readonly name: string | undefined;
  readonly selector: string | undefined;
  readonly caller: CallerGiven;
  /** Left out: Elasticsearch is not asked. */
  readonly access: KeyAccessOptions | undefined;
  readonly output: DataOutput | 'text';
}

/** Adds `beatkeys status`. */
export function addStatusCommand({ program, Option, terminal, ended }: Setting): void {
  const command = program
    .command('status')
    .description('say how a BeatApiKey stands, with its Secret, keys, consumers and events; never shows a key')
    .argument('[name]', 'of a BeatApiKey; left out: a line for each');
  withElasticsearch(withCaller(withNamespaces(command)))
    .option('-l, --selector <labels>', 'without a name: those with these labels, such as team=net')
    .option('--no-elasticsearch', 'do not ask Elasticsearch')
    .addOption(
      new Option('-o, --output <form>', 'form of what is printed').choices(['text', ...DATA_OUTPUTS]).default('text'),
    )
    .action(async (name: string | undefined, given: Given) => {
      const asks = given['elasticsearch'] !== false;
      const options: StatusOptions = {
        name,
        selector: textAt(given, 'selector'),
        caller: callerGiven(given),
        access: asks && name !== undefined ? await keyAccessOptions(given, terminal) : undefined,
        output: given['output'] as StatusOptions['output'],
      };
      ended(await statusCommand(options, terminal));
    });
}

async function statusCommand(options: StatusOptions, terminal: Terminal): Promise<number> {
  const { name, selector, output, access } = options;
  if (name !== undefined && (selector !== undefined || options.caller.allNamespaces))
    throw new UsageError('name one BeatApiKey, or choose some by -l or -A');
  return withCallerOf(options.caller, async (caller) => {
    const namespace = namespaceIn(caller, options.caller);
    if (name === undefined) {
      const objects = await listKeysIn(caller, namespace, selector);
      if (output !== 'text')
        terminal.out(
          await printed(
            objects.map(({ metadata, status }) => ({ beatApiKey: `${metadata.namespace}/${metadata.name}`, status })),
            output,
          ),
        );
      else if (objects.length === 0) terminal.tell('no BeatApiKeys');
      else terminal.out(statusTable(objects));
      return EXIT.ok;
    }
    const object = await readKey(caller, namespace, name);
    terminal.progress('asking Elasticsearch');
    const report = await statusReport(object, access, caller);
    terminal.out(output === 'text' ? statusText(report) : await printed(report, output));
    return EXIT.ok;
  });
}
