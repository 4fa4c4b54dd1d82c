import { API_VERSION } from '../api/names.ts';
import type { ElasticsearchConnection } from '../api/types.ts';
import { Failure } from '../core/failure.ts';
import type { Caller } from '../kubernetes/caller.ts';
import { CONNECTIONS, EVERYWHERE, LEASES } from '../kubernetes/resource.ts';
import { rightsFor, type Right } from '../kubernetes/rights.ts';
import { describeRight, missingRights } from '../kubernetes/self-check.ts';
import { checkConnection, checkDeployment, checkLeader, checkText, failed, ok, skipped, type Check } from './check.ts';
import { callerText, isForbidden } from './failure-text.ts';
import {
  operatorPlace,
  readOperator,
  unlessDenied,
  withOperator,
  type OperatorPlace,
  type OperatorView,
} from './operator-view.ts';
import { DATA_OUTPUTS, printed, type DataOutput } from './printed.ts';
import {
  callerGiven,
  flagAt,
  textAt,
  withCaller,
  withCallerOf,
  withNamespaces,
  type CallerGiven,
  type Given,
  type Setting,
} from './program.ts';
import { namespaceIn } from './selection.ts';
import { checkFields, checkServed } from './served-kinds.ts';
import { EXIT, type Terminal } from './terminal.ts';
import { durationOf, waitFor } from './wait.ts';

interface CheckOptions {
  readonly caller: CallerGiven;
  readonly operator: OperatorPlace;
  readonly lease: string | undefined;
  readonly waitMs: number | undefined;
  readonly output: DataOutput | 'text';
}

/** Adds `beatkeys check`. */
export function addCheckCommand({ program, Option, terminal, ended }: Setting): void {
  const command = program
    .command('check')
    .description('look whether kinds, operator, leader, connections and permissions are as they must be');
  withOperator(withCaller(withNamespaces(command)))
    .option('--lease <name>', "name of the operator's Lease (default: as its Deployment says, or beatkeys)")
    .option('--wait', 'until nothing fails')
    .option('--timeout <duration>', 'how long to wait', '2m')
    .addOption(
      new Option('-o, --output <form>', 'form of what is printed').choices(['text', ...DATA_OUTPUTS]).default('text'),
    )
    .action(async (given: Given) => {
      const timeoutMs = durationOf('--timeout', textAt(given, 'timeout') ?? '');
      const options: CheckOptions = {
        caller: callerGiven(given),
        operator: operatorPlace(given),
        lease: textAt(given, 'lease'),
        waitMs: flagAt(given, 'wait') ? timeoutMs : undefined,
        output: given['output'] as CheckOptions['output'],
      };
      ended(await checkCommand(options, terminal));
    });
}

async function checkCommand(options: CheckOptions, terminal: Terminal): Promise<number> {
  return withCallerOf(options.caller, async (caller) => {
    let checks: readonly Check[] = [];
    const good = await waitFor(options.waitMs ?? 0, async () => {
      checks = await lookAtAll(options, caller);
      const faults = checks.filter(({ state }) => state === 'failed');
      terminal.progress(faults.map(({ name, message }) => `${name}: ${message}`).join('; '));
      return faults.length === 0 ? true : undefined;
    });
    if (checks.length === 0) throw unanswered();
    terminal.out(options.output === 'text' ? checkText(checks) : await printed(checks, options.output));
    if (good === true) return EXIT.ok;
    return options.waitMs === undefined ? EXIT.refused : EXIT.timeout;
  });
}

const unanswered = (): Failure =>
  new Failure({ kind: 'unavailable', system: 'Kubernetes', operation: 'check', code: 'NoAnswer' });

async function lookAtAll(options: CheckOptions, caller: Caller): Promise<readonly Check[]> {
  const { operator: place } = options;
  const { namespace } = place;
  const operator = await look('deployment', () => readOperator(caller, namespace));
  const view = 'value' in operator ? operator.value : undefined;
  const lease = options.lease ?? view?.settings['BEATKEYS_LEASE_NAME'] ?? 'beatkeys';
  const served = await look('kinds', () => caller.published(`/apis/${API_VERSION}`));
  const fields = await look('fields', () => caller.published(`/openapi/v3/apis/${API_VERSION}`));
  const held = await look('leader', () => caller.client.get({ resource: LEASES, namespace, name: lease }));
  return [
    'value' in served ? checkServed(served.value) : served,
    'value' in fields ? checkFields(fields.value) : fields,
    'value' in operator ? checkDeployment(namespace, view) : operator,
    'value' in held ? checkLeader(namespace, lease, held.value, caller.now()) : held,
    ...(await lookAtConnections(options, caller)),
    ...(await lookAtPermissions(view, lease, namespace, caller)),
  ];
}

type Look<T> = { readonly value: T } | Check;

/** What the caller may not see is no fault of the operator; that nobody answers is thrown. */
async function look<T>(name: string, ask: () => Promise<T>): Promise<Look<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (isForbidden(error)) return skipped(name, callerText(error));
    throw error;
  }
}

async function lookAtConnections({ caller: given }: CheckOptions, caller: Caller): Promise<readonly Check[]> {
  const chosen = given.namespace !== undefined;
  const everywhere = chosen ? undefined : await unlessDenied(listConnections(caller, EVERYWHERE));
  const found = await look(
    'connection',
    async () => everywhere ?? (await listConnections(caller, namespaceIn(caller, { ...given, allNamespaces: false }))),
  );
  if (!('value' in found)) return [found];
  if (found.value.length === 0) return [skipped('connection', 'there is no ElasticsearchConnection')];
  return found.value.map(checkConnection);
}

async function listConnections({ client }: Caller, namespace: string): Promise<readonly ElasticsearchConnection[]> {
  const found: ElasticsearchConnection[] = [];
  try {
    for await (const { items } of client.pages({ resource: CONNECTIONS, namespace }))
      found.push(...(items as readonly unknown[] as readonly ElasticsearchConnection[]));
  } catch (error) {
    // Where the kind is not served, that is said already.
    if (error instanceof Failure && error.kind === 'unsupported') return [];
    throw error;
  }
  return found;
}

/** Asks the API server what the operator's account may do. */
async function lookAtPermissions(
  operator: OperatorView | undefined,
  leaseName: string,
  operatorNamespace: string,
  { client }: Caller,
): Promise<readonly Check[]> {
  const name = 'permissions';
  if (operator === undefined) return [skipped(name, "without the operator's Deployment its account is not known")];
  const { settings, user } = operator;
  const watched = (settings['BEATKEYS_WATCH_NAMESPACES'] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean);
  const rights = rightsFor({
    namespaces: watched.length === 0 ? 'all' : watched,
    operatorNamespace,
    lease: { name: leaseName },
    restartConsumers: settings['BEATKEYS_RESTART_CONSUMERS'] === 'true',
  });
  const missing = await look(name, () => missingRights({ review: reviewOf(user, client) }, rights));
  if (!('value' in missing)) return [missing];
  if (missing.value.length === 0) return [ok(name, `${user} has every right that the operator needs`)];
  return missing.value.map((right) => failed(name, `${user}: ${describeRight(right)}`, adviceFor(right)));
}

const adviceFor = ({ chartValue }: Right): string => `grant it by the chart's value ${chartValue}`;

/** Reviews as if the operator asked about itself; what its rules are nobody else can ask. */
const reviewOf =
  (user: string, client: Caller['client']): Caller['client']['review'] =>
  async (kind, spec, options) => {
    if (kind === 'SelfSubjectRulesReview') return {};
    const [, , namespace = ''] = user.split(':');
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
    return client.review('SubjectAccessReview', { ...spec, user, groups }, options);
  };
