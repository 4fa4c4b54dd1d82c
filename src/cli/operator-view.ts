import { installationOf } from '../core/installation.ts';
import type { Caller } from '../kubernetes/caller.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { NAMESPACES, WORKLOADS, type WorkloadObject } from '../kubernetes/resource.ts';
import { workloadOf } from '../kubernetes/workload-summary.ts';
import { parseDuration } from '../lib/duration.ts';
import { fieldsOf } from '../lib/json.ts';
import { callerText, isForbidden } from './failure-text.ts';
import { textAt, type Command, type Given } from './program.ts';
import { UsageError } from './terminal.ts';

/** Where the operator is, as far as a person has to say it. */
export interface OperatorPlace {
  readonly namespace: string;
  /** Left out: it is found by the operator's namespace and settings. */
  readonly installation: string | undefined;
}

/** The operator's Deployment as far as it tells how the operator runs. */
export interface OperatorView {
  readonly name: string;
  readonly image: string;
  /** Of the program, by the label that the chart sets, or the tag of the image. */
  readonly version: string | undefined;
  readonly wanted: number;
  readonly available: number;
  /** As the API server names the account. */
  readonly user: string;
  /** Environment variables with a value of their own. */
  readonly settings: Readonly<Record<string, string>>;
}

const SELECTOR = 'app.kubernetes.io/name=beatkeys';
const VERSION_LABEL = 'app.kubernetes.io/version';

/** Adds the options that say where the operator is. */
export function withOperator(command: Command): Command {
  return command
    .option('--operator-namespace <name>', 'namespace of the operator', 'beatkeys-system')
    .option('--installation <id>', "id of the installation (default: by the operator's namespace)");
}

export const operatorPlace = (given: Given): OperatorPlace => ({
  namespace: textAt(given, 'operatorNamespace') ?? '',
  installation: textAt(given, 'installation'),
});

/** The Deployment that the chart makes; `undefined` where there is none. Throws `Failure`. */
export async function readOperator({ client }: Caller, namespace: string): Promise<OperatorView | undefined> {
  const path = { resource: WORKLOADS.Deployment, namespace };
  for await (const { items } of client.pages(path, { labelSelector: SELECTOR })) {
    const [first] = items;
    if (first !== undefined) return viewOf(first);
  }
  return undefined;
}

/** Whose keys a command is about. */
export interface Installation {
  readonly id: string;
  /** The longest that the operator may take from making a key to storing it, milliseconds. */
  readonly attemptLimitMs: number;
}

/** As the operator has it unless it is set otherwise. */
const ATTEMPT_LIMIT = '30s';

/** Throws `UsageError` where it cannot be said. */
export async function readInstallation(
  caller: Caller,
  { namespace, installation }: OperatorPlace,
): Promise<Installation> {
  const { settings = {} } = (await unlessDenied(readOperator(caller, namespace))) ?? {};
  const { BEATKEYS_INSTALLATION: named, BEATKEYS_ATTEMPT_LIMIT: limit = ATTEMPT_LIMIT } = settings;
  const attemptLimitMs = parseDuration(limit) ?? parseDuration(ATTEMPT_LIMIT) ?? 0;
  const id = installation ?? named ?? (await idOf(caller, namespace));
  return { id, attemptLimitMs };
}

/** As it is made where no setting names it. */
async function idOf({ client }: Caller, namespace: string): Promise<string> {
  try {
    const uid = (await client.getMetadata({ resource: NAMESPACES, name: namespace }))?.metadata.uid;
    if (uid !== undefined) return installationOf(uid);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new UsageError(`${callerText(error)}; say by --installation whose keys are meant`);
  }
  throw new UsageError(`there is no namespace ${namespace}: say by --operator-namespace where the operator is`);
}

/** `undefined` where the caller lacks the right. */
export async function unlessDenied<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** What a Deployment says; it is as the API server has checked it. */
export function viewOf(object: KubernetesObject): OperatorView {
  const { wanted, available } = countsOf(object);
  const { name, namespace = '', labels = {} } = object.metadata;
  const pod = fieldsOf(fieldsOf(fieldsOf(fieldsOf(object)['spec'])['template'])['spec']);
  const [container] = (pod['containers'] ?? []) as readonly unknown[];
  const { image, env } = fieldsOf(container);
  const settings = ((env ?? []) as readonly unknown[])
    .map(fieldsOf)
    .flatMap((one): readonly (readonly [string, string])[] => {
      const { name: variable, value } = one;
      return typeof variable === 'string' && typeof value === 'string' ? [[variable, value]] : [];
    });
  const account = pod['serviceAccountName'];
  const text = typeof image === 'string' ? image : '';
  return {
    ...{ name, image: text, wanted, available },
    version: labels[VERSION_LABEL] ?? tagOf(text),
    user: `system:serviceaccount:${namespace}:${typeof account === 'string' ? account : 'default'}`,
    settings: Object.fromEntries(settings),
  };
}

/** `registry:5000/name:TAG@sha256:…` */
const tagOf = (image: string): string | undefined => /^[^@]*\/?[^@/:]+:([\w.-]+)(?:@|$)/.exec(image)?.[1];

function countsOf(object: KubernetesObject): { readonly wanted: number; readonly available: number } {
  const { desired, available } = workloadOf('Deployment', object as WorkloadObject);
  return { wanted: desired, available };
}
