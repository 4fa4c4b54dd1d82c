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

/** Values that tests set. */
export interface ChartValues {
  readonly watchNamespaces?: readonly string[];
  readonly rbac?: {
    readonly create?: boolean;
    readonly restartConsumers?: boolean;
    readonly aggregateToView?: boolean;
    readonly aggregateToEdit?: boolean;
  };
  readonly serviceAccount?: { readonly create?: boolean; readonly name?: string; readonly annotations?: object };
}

/** The release's name, and so the account's. */
export const RELEASE = 'beatkeys';

const chart = path.resolve(import.meta.dirname, '../../helm/beatkeys');

/** What `helm template` makes of the chart in the release's namespace. */
export async function renderChart(
  helm: string,
  namespace: string,
  values: ChartValues = {},
): Promise<readonly ChartObject[]> {
  const sets = Object.entries(values).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]);
  const text = await output(helm, ['template', RELEASE, chart, '--namespace', namespace, ...sets]);
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS() as ChartObject | null;
    return object === null ? [] : [object];
  });
}
