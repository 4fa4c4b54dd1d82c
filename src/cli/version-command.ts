import { Failure } from '../core/failure.ts';
import { callerText } from './failure-text.ts';
import { operatorPlace, readOperator, withOperator, type OperatorPlace } from './operator-view.ts';
import { DATA_OUTPUTS, printed, type DataOutput } from './printed.ts';
import {
  callerGiven,
  flagAt,
  withCaller,
  withCallerOf,
  type CallerGiven,
  type Given,
  type Setting,
} from './program.ts';
import { EXIT, UsageError, type Terminal } from './terminal.ts';

interface VersionOptions {
  readonly caller: CallerGiven;
  readonly operator: OperatorPlace;
  readonly clientOnly: boolean;
  readonly output: DataOutput | 'text';
}

/** Adds `beatkeys version`. */
export function addVersionCommand({ program, Option, terminal, version, ended }: Setting): void {
  const command = program.command('version').description("print the version, and the operator's if it can be seen");
  withOperator(withCaller(command))
    .option('--client', 'only of this program')
    .addOption(
      new Option('-o, --output <form>', 'form of what is printed').choices(['text', ...DATA_OUTPUTS]).default('text'),
    )
    .action(async (given: Given) => {
      const output = given['output'] as VersionOptions['output'];
      const options = { caller: callerGiven(given), operator: operatorPlace(given), output };
      ended(await versionCommand(version, { ...options, clientOnly: flagAt(given, 'client') }, terminal));
    });
}

/** The operator's version, or why it cannot be seen. */
type Seen = { readonly version: string; readonly deployment: string } | { readonly reason: string };

async function versionCommand(client: string, options: VersionOptions, terminal: Terminal): Promise<number> {
  const seen = options.clientOnly ? undefined : await operatorVersion(options);
  const operator = seen !== undefined && 'version' in seen ? seen : undefined;
  if (options.output === 'text') {
    terminal.out(`beatkeys ${client}\n`);
    if (operator !== undefined) terminal.out(`operator ${operator.version} (Deployment ${operator.deployment})\n`);
  } else terminal.out(await printed({ client, ...(operator === undefined ? {} : { operator }) }, options.output));
  if (seen !== undefined && 'reason' in seen) terminal.tell(`note: the operator cannot be seen: ${seen.reason}`);
  return EXIT.ok;
}

async function operatorVersion({ caller: given, operator: { namespace } }: VersionOptions): Promise<Seen> {
  try {
    return await withCallerOf(given, async (caller) => {
      const found = await readOperator(caller, namespace);
      if (found === undefined) return { reason: `there is no Deployment of it in namespace ${namespace}` };
      return { version: found.version ?? 'unknown', deployment: `${namespace}/${found.name}` };
    });
  } catch (error) {
    if (error instanceof UsageError) return { reason: error.message };
    if (error instanceof Failure) return { reason: callerText(error) };
    throw error;
  }
}
