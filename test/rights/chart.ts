import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { output } from '../testbed/command.ts';

/** An object that the chart makes, as far as tests read it. */
export interface ChartObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly ChartRule[];
}

/** A line of a Role, in RBAC's terms. */
export interface ChartRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Values that tests set, by the name of the outermost. */
export type ChartValues = Readonly<Record<string, unknown>>;

/** The operator's container, as far as tests read it. */
export interface ChartContainer {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly [field: string]: unknown;
}

/** The template of the operator's pods. */
export interface ChartPodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly annotations: object };
  readonly spec: { readonly containers: readonly ChartContainer[]; readonly [field: string]: unknown };
}

/** The operator's Deployment. */
export interface ChartDeployment extends ChartObject {
  readonly spec: { readonly template: ChartPodTemplate; readonly [field: string]: unknown };
}

/** The release's name, and so the account's. */
export const RELEASE = 'beatkeys';

/** Folder of the chart. */
export const CHART = path.resolve(import.meta.dirname, '../../helm/beatkeys');

/** The arguments for helm that set these values. */
export function settingValues(values: ChartValues): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]);
}

/** What `helm template` makes of the chart in the release's namespace. */
export async function renderChart(
  helm: string,
  namespace: string,
  values: ChartValues = {},
  more: readonly string[] = [],
): Promise<readonly ChartObject[]> {
  const args = ['template', RELEASE, CHART, '--namespace', namespace, ...settingValues(values), ...more];
  return parseObjects(await output(helm, args));
}

/** The objects of manifests in one text. */
export function parseObjects(text: string): readonly ChartObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS() as ChartObject | null;
    return object === null ? [] : [object];
  });
}

/** The operator's Deployment among the objects of the chart. Throws where there is none. */
export function deploymentOf(objects: readonly ChartObject[]): ChartDeployment {
  const found = objects.find((object): object is ChartDeployment => object.kind === 'Deployment');
  if (found === undefined) throw new Error('the chart made no Deployment');
  return found;
}

/** The environment variables of the operator's container that have a fixed value. */
export function environmentOf(deployment: ChartDeployment): Readonly<Record<string, string>> {
  const env = deployment.spec.template.spec.containers.flatMap((container) => container.env);
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])));
}
