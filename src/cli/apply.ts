import { Failure } from '../core/failure.ts';
import { openAdministration, type Administration, type AdministrationTarget } from '../elasticsearch/administration.ts';
import { createElasticsearch } from '../elasticsearch/connections.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Sensitive } from '../runtime/sensitive.ts';
import type { WantedRole } from './role.ts';
import { planRole } from './role-plan.ts';
import { openSecretFile } from './secret-file.ts';
import { UsageError, type Terminal } from './terminal.ts';
import { generatedPassword, planUser, type UserPlan, type WantedUser } from './user.ts';

export interface ApplyOptions {
  /** The cluster, and its administrator. */
  readonly target: AdministrationTarget;
  readonly overwrites: boolean;
  /** A password for the operator's user; left out: one is made up for a new user. */
  readonly password?: Sensitive | undefined;
  readonly rotatesPassword: boolean;
  /** Where the Secret goes: a file, or `-` for standard output. */
  readonly secretOut?: string | undefined;
}

type Planned<P> = Extract<P, { readonly ok: true }>;

/**
 * Makes the roles and users, and tells what it did. Everything is read and judged before anything is written. Answers
 * false where something stands in the way. Throws `Failure` and `UsageError`.
 */
export async function apply(
  roles: readonly WantedRole[],
  users: readonly WantedUser[],
  options: ApplyOptions,
  terminal: Terminal,
): Promise<boolean> {
  await using administration = openAdministration(options.target);
  const { clusterUUID, version } = await administration.readCluster();
  const plannedRoles = await Promise.all(
    roles.map(async (role) => ({
      role,
      plan: planRole(role, await administration.readRole(role.name), options.overwrites),
    })),
  );
  const plannedUsers = await Promise.all(
    users.map(async (user) => ({ user, plan: planUser(user, await administration.readUser(user.name)) })),
  );
  const refusals = [...plannedRoles, ...plannedUsers].flatMap(({ plan }) => (plan.ok ? [] : [plan.message]));
  for (const message of refusals) terminal.tell(message);
  if (refusals.length > 0) return false;
  for (const { user, plan } of plannedUsers) if (plan.ok) demandPassword(user, plan, options);

  terminal.tell(`cluster ${clusterUUID}, Elasticsearch ${version}`);
  for (const { role, plan } of plannedRoles) {
    if (!plan.ok) continue;
    if (plan.change !== 'unchanged') await administration.writeRole(role.name, role.role);
    terminal.tell(`role ${role.name}: ${plan.change}`);
  }
  let good = true;
  for (const { user, plan } of plannedUsers) {
    if (!plan.ok) continue;
    const password = setsPassword(plan, options) ? (options.password ?? generatedPassword()) : undefined;
    await writeUser(administration, user, plan, password, options, terminal);
    const own = roles.filter(({ name }) => user.roles.includes(name));
    if (password !== undefined && !(await check(user.name, password, own, options, terminal))) good = false;
  }
  return good;
}

const setsPassword = ({ change }: Planned<UserPlan>, { password, rotatesPassword }: ApplyOptions): boolean =>
  change === 'created' || rotatesPassword || password !== undefined;

/** A password that nobody would learn is not set. */
function demandPassword({ name }: WantedUser, plan: Planned<UserPlan>, options: ApplyOptions): void {
  const isKept = options.password !== undefined || options.secretOut !== undefined;
  if (isKept || !setsPassword(plan, options)) return;
  throw new UsageError(
    plan.change === 'created'
      ? `user ${name} is not there yet: say by --secret-out where the Secret with its password goes, or give a password by --user-password-file`
      : `--rotate-password needs --secret-out, where the Secret with the new password goes`,
  );
}

async function writeUser(
  administration: Administration,
  user: WantedUser,
  { change, record, others }: Planned<UserPlan>,
  password: Sensitive | undefined,
  { secretOut }: ApplyOptions,
  terminal: Terminal,
): Promise<void> {
  // Written first: a password in a file that does not work yet is no harm, one that works and is lost is.
  const file =
    password === undefined || secretOut === undefined ? undefined : await openSecretFile(secretOut, user, password);
  try {
    if (change !== 'unchanged' || password !== undefined) await administration.writeUser(user.name, record, password);
  } catch (error) {
    await file?.discard();
    throw error;
  }
  const what = change === 'unchanged' && password !== undefined ? 'its password is new' : change;
  terminal.tell(`user ${user.name}: ${what}, with the roles ${record.roles.join(', ')}`);
  if (others.length > 0) terminal.tell(`note: the operator does not need ${others.join(', ')} of user ${user.name}`);
  if (!record.enabled) terminal.tell(`note: user ${user.name} is disabled`);
  if (file !== undefined) terminal.tell(file.keep(terminal));
  else if (secretOut !== undefined)
    terminal.tell(
      `no Secret is written: the password of user ${user.name} is as it was; --rotate-password makes another`,
    );
}

/** Logs in as the operator would, and asks whether all that is lent is held. */
async function check(
  username: string,
  password: Sensitive,
  roles: readonly WantedRole[],
  { target: { url, ...target } }: ApplyOptions,
  terminal: Terminal,
): Promise<boolean> {
  const quiet = { requested: () => undefined, keyCreationDelayed: () => undefined };
  const elasticsearch = createElasticsearch({ meter: quiet, clock: systemClock, logger: { warn: () => undefined } });
  const limits = { concurrentRequests: 1, createdKeysPerMinute: 1 };
  const keys = elasticsearch.open({ ...target, ...limits, urls: [url], username, password });
  try {
    const { signal } = new AbortController();
    await keys.contact(signal);
    const trial = await keys.tryPrivileges(
      'own',
      Object.fromEntries(roles.map(({ name, role }) => [name, role])),
      signal,
    );
    const missing = trial.accepted ? trial.missing : ['everything'];
    terminal.tell(
      missing.length === 0
        ? `user ${username} logs in, may make keys, and holds all that may be lent`
        : `user ${username} lacks ${missing.join('; ')}`,
    );
    return missing.length === 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    terminal.tell(
      `user ${username} was tried, and could not be used: ${error.detail === '' ? error.code : error.detail}`,
    );
    return false;
  } finally {
    await keys.close();
  }
}
