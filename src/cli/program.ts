import { openCaller, KubeconfigUnusable, type Caller } from '../kubernetes/caller.ts';
import { UsageError, type Terminal } from './terminal.ts';

/** The operator's run never comes here, and shall not pay for it. */
export const loadCommander = () => import('commander');
type Commander = Awaited<ReturnType<typeof loadCommander>>;
export type Command = InstanceType<Commander['Command']>;

/** What a command is added to, and what it works with. */
export interface Setting {
  readonly program: Command;
  readonly Option: Commander['Option'];
  readonly terminal: Terminal;
  readonly version: string;
  /** Takes the exit code of a command that has ended. */
  ended(code: number): void;
}

/** Options as commander gives them; those left out are not there. */
export type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export const textAt = (given: Given, name: string): string | undefined => given[name] as string | undefined;
export const listAt = (given: Given, name: string): readonly string[] => (given[name] ?? []) as readonly string[];
export const flagAt = (given: Given, name: string): boolean => given[name] === true;

/** Names with commas between them, in one option or in some. */
export const names = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value.split(',').filter((name) => name !== ''),
];

/** Which API server, as whom, and where in it. */
export interface CallerGiven {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean;
}

export const callerGiven = (given: Given): CallerGiven => ({
  kubeconfig: textAt(given, 'kubeconfig'),
  context: textAt(given, 'context'),
  namespace: textAt(given, 'namespace'),
  allNamespaces: flagAt(given, 'allNamespaces'),
});

/** Adds the options by which the API server is found. */
export function withCaller(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'where the API server is (default: $KUBECONFIG, ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig (default: its current one)');
}

/** Adds the options that say in which namespaces. */
export function withNamespaces(command: Command): Command {
  return command
    .option('-n, --namespace <name>', "namespace (default: the kubeconfig context's)")
    .option('-A, --all-namespaces', 'in all namespaces');
}

/** Adds the options by which Elasticsearch is asked as somebody else than the connection's user. */
export function withElasticsearch(command: Command): Command {
  return command
    .option('--username <name>', 'user of Elasticsearch to ask as (default: the one of the connection)')
    .option('--password-file <file>', 'its password (default: $ES_PASSWORD)')
    .option('--url <url>', "of Elasticsearch (default: the connection's)")
    .option('--ca-file <file>', "certificates of the authority to trust, PEM (default: the connection's)");
}

/** Runs with an API server, and ends the connections to it. Throws `UsageError` where there is no kubeconfig. */
export async function withCallerOf<T>(
  { kubeconfig, context }: Pick<CallerGiven, 'kubeconfig' | 'context'>,
  run: (caller: Caller) => Promise<T>,
): Promise<T> {
  await using caller = callerOf(kubeconfig, context);
  return await run(caller);
}

function callerOf(kubeconfig?: string, context?: string): Caller {
  try {
    return openCaller({ kubeconfig, context });
  } catch (error) {
    if (error instanceof KubeconfigUnusable) throw new UsageError(error.message);
    throw error;
  }
}
