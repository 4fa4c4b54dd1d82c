import { describeProblems, parseElasticsearchConnectionSpec } from '../api/parse.ts';
import { namespaceName } from '../api/fields.ts';
import type { ElasticsearchConnection } from '../api/types.ts';
import { urlsOf } from '../core/connection-terms.ts';
import { Failure } from '../core/failure.ts';
import { readLiveConnection } from '../kubernetes/live-connection.ts';
import { apply, type ApplyOptions } from './apply.ts';
import { connectionProblems } from './judgement.ts';
import { complaintText, readManifests, textOf } from './manifests.ts';
import { nameOf, sortObjects, type Placed } from './objects.ts';
import { passwordFrom, passwordIn } from './password.ts';
import { wantedRole, type RoleOptions, type WantedRole } from './role.ts';
import { EXIT, UsageError, type Terminal } from './terminal.ts';
import { wantedUsers } from './user.ts';

export const ROLE_OUTPUTS = ['json', 'console'] as const;

export interface RoleCommandOptions extends RoleOptions {
  /** `NAMESPACE/NAME` of connections to read from the API server. */
  readonly live: readonly string[];
  readonly kubeconfig?: string | undefined;
  readonly files: readonly string[];
  /** Only this connection of the files. */
  readonly connection?: string | undefined;
  readonly namespace: string;
  readonly output: (typeof ROLE_OUTPUTS)[number];
  readonly apply: boolean;
  readonly url?: string | undefined;
  readonly caFile?: string | undefined;
  readonly username: string;
  readonly passwordFile?: string | undefined;
  readonly user?: string | undefined;
  readonly userPasswordFile?: string | undefined;
  readonly rotatePassword: boolean;
  readonly secretOut?: string | undefined;
  readonly overwrite: boolean;
}

/** `beatkeys role`: prints the roles for connections, or makes them with their users. Answers the exit code. */
export async function roleCommand(options: RoleCommandOptions, terminal: Terminal): Promise<number> {
  for (const [option, given] of Object.entries(onlyWithApply(options))) {
    if (given && !options.apply) throw new UsageError(`${option} needs --apply`);
  }
  for (const namespace of options.forNamespaces) {
    if (!namespaceName.safeParse(namespace).success)
      throw new UsageError(`--for-namespace ${namespace}: is not the name of a namespace`);
  }
  const connections = await chosen(options, terminal);
  if (connections === undefined) return EXIT.refused;
  if (options.name !== undefined && connections.length > 1)
    throw new UsageError(
      `--name names one role, and there are ${connections.length} connections; choose by --connection`,
    );
  const roles = connections.flatMap(({ place, object }): readonly WantedRole[] => {
    const problems = connectionProblems(object);
    const parsed = parseElasticsearchConnectionSpec(object.spec);
    const about = { place, object: `ElasticsearchConnection ${nameOf(object)}` };
    if (parsed.ok && problems.length === 0) return [wantedRole(object, parsed.value, options)];
    terminal.tell(complaintText({ ...about, message: describeProblems(problems) }));
    return [];
  });
  if (roles.length < connections.length) return EXIT.refused;
  for (const { name, notes } of roles) for (const note of notes) terminal.tell(`note: role ${name}: ${note}`);
  if (options.apply) return applied(roles, options, terminal);
  for (const { name, role } of roles) {
    const request = `PUT /_security/role/${encodeURIComponent(name)}`;
    const body = JSON.stringify(role, undefined, 2);
    if (options.output === 'console') terminal.out(`${request}\n${body}\n`);
    else {
      terminal.tell(`# ${request}`);
      terminal.out(`${body}\n`);
    }
  }
  return EXIT.ok;
}

/** Which options there are that say nothing of what is printed. */
const onlyWithApply = (options: RoleCommandOptions): Readonly<Record<string, boolean>> => ({
  '--url': options.url !== undefined,
  '--ca-file': options.caFile !== undefined,
  '--password-file': options.passwordFile !== undefined,
  '--user': options.user !== undefined,
  '--user-password-file': options.userPasswordFile !== undefined,
  '--rotate-password': options.rotatePassword,
  '--secret-out': options.secretOut !== undefined,
  '--overwrite': options.overwrite,
});

/** `undefined` where the manifests have faults, which are told. */
async function chosen(
  options: RoleCommandOptions,
  terminal: Terminal,
): Promise<readonly Placed<ElasticsearchConnection>[] | undefined> {
  const { live, files, connection, namespace } = options;
  if ((live.length === 0) === (files.length === 0))
    throw new UsageError(
      'name connections as NAMESPACE/NAME to read them from the API server, or give manifests by -f',
    );
  if (live.length > 0) return Promise.all(live.map((name) => readLive(name, options.kubeconfig)));
  const objects = sortObjects(await readManifests(files, terminal), namespace);
  for (const complaint of objects.complaints) terminal.tell(complaintText(complaint));
  if (objects.complaints.length > 0) return undefined;
  const found = objects.connections.filter(({ object }) => connection === undefined || nameOf(object) === connection);
  if (found.length > 0) return found;
  const what = connection === undefined ? 'no ElasticsearchConnection' : `no ElasticsearchConnection ${connection}`;
  throw new UsageError(`there is ${what} in ${files.join(', ')}`);
}

async function readLive(name: string, kubeconfig?: string): Promise<Placed<ElasticsearchConnection>> {
  const [namespace = '', own = '', ...more] = name.split('/');
  if (namespace === '' || own === '' || more.length > 0)
    throw new UsageError(`${name}: a connection is named as NAMESPACE/NAME`);
  const object = await readLiveConnection(namespace, own, kubeconfig).catch((error: unknown) => {
    if (error instanceof Failure) throw error;
    throw new UsageError('there is no kubeconfig that can be used; give one by --kubeconfig');
  });
  if (object === undefined) throw new UsageError(`there is no ElasticsearchConnection ${name} at the API server`);
  return { place: 'API server', object };
}

async function applied(roles: readonly WantedRole[], options: RoleCommandOptions, terminal: Terminal): Promise<number> {
  const { username, userPasswordFile } = options;
  const target = await targetOf(roles, options, terminal);
  if (target.url.startsWith('http:')) terminal.tell(`note: ${target.url} is http: passwords go in clear`);
  const password = userPasswordFile === undefined ? undefined : await passwordIn(userPasswordFile);
  const wish = { password, overwrites: options.overwrite, rotatesPassword: options.rotatePassword };
  try {
    const good = await apply(
      roles,
      wantedUsers(roles, options.user),
      { target, ...wish, secretOut: options.secretOut },
      terminal,
    );
    return good ? EXIT.ok : EXIT.refused;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    terminal.tell(failureText(error, username));
    return EXIT.refused;
  }
}

async function targetOf(
  roles: readonly WantedRole[],
  options: RoleCommandOptions,
  { env }: Terminal,
): Promise<ApplyOptions['target']> {
  const { url: given, caFile, username, passwordFile } = options;
  const [first, ...others] = roles.map(({ object, spec }) => urlsOf(object, spec)[0]);
  if (given === undefined && others.some((other) => other !== first))
    throw new UsageError('the connections have different URLs; say by --url which cluster it is');
  const url = given ?? first ?? '';
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError(`--url ${url}: must be an http or https URL, such as https://es.example:9200`);
  const serverName = given === undefined ? roles[0]?.spec.tls?.serverName : undefined;
  return {
    url,
    username,
    password: passwordFile === undefined ? passwordFrom(env) : await passwordIn(passwordFile),
    ...(caFile === undefined ? {} : { ca: await textOf(caFile) }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

/** Who is denied something here is the administrator, while failures speak of the operator. */
function failureText({ code, detail, operation, kind }: Failure, username: string): string {
  if (code === 'HTTP 401') return `Elasticsearch does not accept user ${username} with this password`;
  if (code === 'HTTP 403' && kind === 'denied')
    return `user ${username} may not ${operation}: it needs the cluster privilege manage_security`;
  return `${operation}: ${detail === '' ? code : detail}`;
}
