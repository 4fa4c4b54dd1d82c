import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { output } from '../testbed/command.ts';
import { gitopsBinary } from '../testbed/gitops/binary.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Health checks and actions for Argo CD, in the layout of its own repository. */
export const CUSTOMIZATIONS = path.join(root, 'deploy/argocd/resource_customizations');

/** Longer than the program takes to be built the first time, on a busy machine; milliseconds. */
export const BUILD_MS = 60 * 60_000;

/** How one of Argo CD's tests went; the complaint is empty where it passed. */
export interface Outcome {
  readonly name: string;
  readonly complaint: string;
}

/** What GitOps tools say of an object. */
export interface Seen {
  /** Argo CD's health, by the Lua script of the kind. */
  readonly argoCD: string;
  /** The sentence that Argo CD shows with it. */
  readonly message: string;
  /** What Flux waits for. */
  readonly kstatus: string;
  /** The same where a Flux Kustomization has our `healthCheckExprs`. */
  readonly flux: string;
}

/** An object of Git beside what is live. */
export interface Pair {
  readonly wanted: object;
  readonly live: object;
  /** What a dry run of a server-side apply of `wanted` as `argocd-controller` answered. */
  readonly applied: object;
}

/** How an object differs from Git for Argo CD, client-side and with `ServerSideDiff=true`; empty where it does not. */
export interface Comparison {
  readonly client: string;
  readonly server: string;
}

/** What the libraries of Argo CD and Flux answer. */
export interface GitOps {
  /** Runs Argo CD's tests of all customizations. */
  customizations(): Promise<readonly Outcome[]>;
  judge(objects: readonly object[]): Promise<readonly Seen[]>;
  /** The merge patch that Argo CD sends when someone runs an action on an object. */
  act(kind: string, action: string, object: object): Promise<object>;
  compare(pairs: readonly Pair[]): Promise<readonly Comparison[]>;
}

/** Builds the program, which is cached, and reads our scripts and expressions. */
export async function openGitOps(): Promise<GitOps> {
  const program = await gitopsBinary((line) => console.error(line));
  const ask = async (what: string, question: unknown): Promise<unknown> =>
    JSON.parse(await output(program, [what], { input: JSON.stringify(question) }));
  const script = (...names: readonly string[]) => readFile(path.join(CUSTOMIZATIONS, 'beatkeys.dev', ...names), 'utf8');
  const healthScripts = Object.fromEntries(
    await Promise.all(
      ['BeatApiKey', 'ElasticsearchConnection'].map(async (kind) => [kind, await script(kind, 'health.lua')] as const),
    ),
  );
  const healthCheckExprs: unknown = parse(await readFile(path.join(root, 'deploy/flux/health-checks.yaml'), 'utf8'));
  return {
    customizations: async () => (await ask('customizations', { folder: CUSTOMIZATIONS })) as readonly Outcome[],
    judge: async (objects) => (await ask('judge', { healthScripts, healthCheckExprs, objects })) as readonly Seen[],
    act: async (kind, action, object) =>
      (await ask('act', { script: await script(kind, 'actions', action, 'action.lua'), object })) as object,
    compare: async (pairs) => (await ask('compare', pairs)) as readonly Comparison[],
  };
}
