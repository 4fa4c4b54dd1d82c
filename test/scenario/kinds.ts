import { parseBeatApiKeySpec, parseElasticsearchConnectionSpec } from '../../src/api/parse.ts';
import type { Finished } from '../testbed/command.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import type { ControlPlane } from '../testbed/servers.ts';

/** How the operator reads the spec of each kind. */
export const PARSERS = { BeatApiKey: parseBeatApiKeySpec, ElasticsearchConnection: parseElasticsearchConnectionSpec };
export type Kind = keyof typeof PARSERS;

/** An object for the API server. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}

/** A namespace of its own, and kubectl in it. */
export interface Workbench {
  readonly namespace: string;
  manifest(kind: Kind, name: string, spec: unknown): Manifest;
  /** Runs to its end, whatever its exit code. */
  kubectl(args: readonly string[], input?: unknown): Promise<Finished>;
  /** Throws where kubectl fails. */
  must(...args: readonly string[]): Promise<string>;
  create(kind: Kind, name: string, spec: unknown): Promise<void>;
  patchStatus(kind: Kind, name: string, status: unknown): Promise<void>;
  readSpec(kind: Kind, name: string): Promise<unknown>;
  /** Which of the objects the API server would store; their names must differ. */
  accepted(items: readonly Manifest[]): Promise<readonly boolean[]>;
  remove(): Promise<void>;
}

/** Makes it, in the control plane of the run or another one. */
export async function createWorkbench(prefix: string, plane: ControlPlane = controlPlane()): Promise<Workbench> {
  const { name: namespace, remove } = await createNamespace(prefix, plane);
  const manifest = (kind: Kind, name: string, spec: unknown): Manifest & { spec: unknown } => ({
    apiVersion: 'beatkeys.dev/v1alpha1',
    kind,
    metadata: { name, namespace },
    spec,
  });
  const kubectl = (args: readonly string[], input?: unknown) =>
    plane.kubectl(['-n', namespace, ...args], input === undefined ? {} : { input: JSON.stringify(input) });
  const must = (...args: readonly string[]) => mustKubectl(plane, ['-n', namespace, ...args]);
  return {
    namespace,
    manifest,
    kubectl,
    must,
    remove,
    create: async (kind, name, spec) =>
      void (await mustKubectl(plane, ['create', '-f', '-'], JSON.stringify(manifest(kind, name, spec)))),
    patchStatus: async (kind, name, status) =>
      void (await must('patch', kind, name, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status }))),
    readSpec: async (kind, name) =>
      (JSON.parse(await must('get', kind, name, '-o', 'json')) as { readonly spec: unknown }).spec,
    accepted: async (items) => {
      const list = { apiVersion: 'v1', kind: 'List', items };
      const create = ['create', '--dry-run=server', '--validate=false', '-o', 'name', '-f', '-'];
      const { stdout } = await kubectl(create, list);
      const names = new Set(stdout.split('\n').map((line) => line.split('/')[1]));
      return items.map(({ metadata }) => names.has(metadata.name));
    },
  };
}
