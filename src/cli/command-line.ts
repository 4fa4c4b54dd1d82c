import { Failure } from '../core/failure.ts';
import { COMMANDS } from './commands.ts';
import { callerText } from './failure-text.ts';
import { dashedIDsLast } from './key-id-arguments.ts';
import { listAt, loadCommander, names, textAt, type Given, type Setting } from './program.ts';
import { renderCommand, RENDER_OUTPUTS, type RenderOptions } from './render-command.ts';
import { roleCommand, ROLE_OUTPUTS, type RoleCommandOptions } from './role-command.ts';
import { EXIT, UsageError, ownTerminal, type Terminal } from './terminal.ts';

/**
 * Runs one command of `beatkeys` and answers its exit code: 0 done, 1 refused or failed, 2 not to be carried out as it
 * was written, 3 not in time. Never throws but for a mistake of ours.
 */
export async function runCommandLine(
  args: readonly string[],
  version: string,
  terminal: Terminal = ownTerminal(),
): Promise<number> {
  const { Command, CommanderError, Option } = await loadCommander();
  let code: number = EXIT.ok;
  const files = new Option('-f, --filename <file...>', 'manifests: files, folders, or - for standard input').default(
    [],
    'none',
  );
  const namespace = new Option('-n, --namespace <name>', 'namespace of objects that name none').default('default');
  const program = new Command('beatkeys')
    .description('Elasticsearch API keys for Beats on Kubernetes. Without a command: runs the operator.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: (text) => terminal.tell(text.trimEnd()) });
  program.command('operator').description('run the operator, with the settings of its environment variables');
  program
    .command('role')
    .description("print the Elasticsearch role that the operator's user needs for a connection, or make it")
    .argument('[connections...]', 'NAMESPACE/NAME of ElasticsearchConnections to read from the API server')
    .addOption(files)
    .option('--connection <name>', 'of the manifests, only the connection NAMESPACE/NAME')
    .addOption(namespace)
    .option('--for-namespace <names>', 'what {namespace} of the policy stands for (default: who may use it)', names)
    .option('--manage-api-key', "may also invalidate other users' keys, such as those of an earlier operator's user")
    .option('--name <role>', 'name of the role (default: beatkeys.NAMESPACE.NAME)')
    .addOption(new Option('-o, --output <form>', 'form of what is printed').choices(ROLE_OUTPUTS).default('json'))
    .option('--kubeconfig <file>', 'where the API server is (default: $KUBECONFIG, ~/.kube/config)')
    .option('--apply', 'make the role and its user, as an administrator of Elasticsearch')
    .option('--url <url>', "of Elasticsearch, with --apply (default: the connection's first)")
    .option('--ca-file <file>', 'certificates of the authority to trust, PEM')
    .option('--username <name>', 'the administrator', 'elastic')
    .option('--password-file <file>', "the administrator's password (default: $ES_PASSWORD)")
    .option('--user <name>', "the operator's user (default: the one of the connection, or beatkeys)")
    .option('--user-password-file <file>', 'its password (default: a new user gets a random one)')
    .option('--rotate-password', 'give a user that is there a new password')
    .option('--secret-out <file>', 'write the Secret with the password as a manifest; - is standard output')
    .option('--overwrite', 'also change a role of this name that was not made for the connection')
    .action(async (live: readonly string[], options: Given) => {
      code = await roleCommand(roleOptions(live, options), terminal);
    });
  program
    .command('render')
    .description(
      'print what the operator would do for manifests, without a server; exits with 1 if it would refuse any',
    )
    .addOption(files)
    .addOption(namespace)
    .addOption(new Option('-o, --output <form>', 'form of what is printed').choices(RENDER_OUTPUTS).default('yaml'))
    .option('--allow-missing-connections', 'do not refuse a key because its connection is not among the manifests')
    .action(async (options: Given) => {
      code = await renderCommand(renderOptions(options), terminal);
    });
  const ended = (of: number): void => {
    code = of;
  };
  const setting: Setting = { program, Option, terminal, version, ended };
  for (const add of COMMANDS) add(setting);
  try {
    await program.parseAsync([...dashedIDsLast(args)], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return report(error, terminal);
  }
}

function roleOptions(live: readonly string[], given: Given): RoleCommandOptions {
  return {
    live,
    files: listAt(given, 'filename'),
    connection: textAt(given, 'connection'),
    namespace: textAt(given, 'namespace') ?? '',
    forNamespaces: listAt(given, 'forNamespace'),
    manageApiKey: given['manageApiKey'] === true,
    name: textAt(given, 'name'),
    output: given['output'] as RoleCommandOptions['output'],
    kubeconfig: textAt(given, 'kubeconfig'),
    apply: given['apply'] === true,
    url: textAt(given, 'url'),
    caFile: textAt(given, 'caFile'),
    username: textAt(given, 'username') ?? '',
    passwordFile: textAt(given, 'passwordFile'),
    user: textAt(given, 'user'),
    userPasswordFile: textAt(given, 'userPasswordFile'),
    rotatePassword: given['rotatePassword'] === true,
    secretOut: textAt(given, 'secretOut'),
    overwrite: given['overwrite'] === true,
  };
}

function renderOptions(given: Given): RenderOptions {
  const files = listAt(given, 'filename');
  if (files.length === 0) throw new UsageError('give manifests by -f');
  return {
    files,
    namespace: textAt(given, 'namespace') ?? '',
    output: given['output'] as RenderOptions['output'],
    allowMissingConnections: given['allowMissingConnections'] === true,
  };
}

/** A failure's words are ours; what else is thrown may hold anything, so only what can be a user's doing is said. */
function report(error: unknown, terminal: Terminal): number {
  if (error instanceof UsageError) {
    terminal.tell(`error: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof Failure) {
    terminal.tell(`error: ${callerText(error)}`);
    return EXIT.refused;
  }
  throw error;
}
