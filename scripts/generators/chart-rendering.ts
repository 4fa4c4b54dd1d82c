import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { output } from '../../test/testbed/command.ts';
import { clients } from '../../test/testbed/kubernetes/kubectl.ts';
import { temporaryFolder } from '../../test/testbed/leftovers.ts';
import { chartSchema } from './chart-schema.ts';
import { CHART } from './chart-values.ts';
import { crds } from './crds.ts';

/** An object as it stands in a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Renders the chart with what is generated for it as it will be. Takes what is to be done with the function that
 * renders, which gives the objects without what marks them as Helm's.
 */
export async function withChart<T>(
  namespace: string,
  work: (render: (values: Values) => Promise<readonly Manifest[]>) => Promise<T>,
): Promise<T> {
  const { helm } = await clients((line) => console.error(line));
  const folder = temporaryFolder('chart');
  try {
    const chart = path.join(folder.path, 'beatkeys');
    await cp(path.resolve(import.meta.dirname, '../..', CHART), chart, { recursive: true });
    for (const { path: file, content } of [...(await chartSchema()), ...(await crds())]) {
      if (!file.startsWith(`${CHART}/`)) continue;
      const target = path.join(chart, path.relative(CHART, file));
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, content);
    }
    return await work(async (values) => {
      const args = ['template', 'beatkeys', chart, '--namespace', namespace, '--skip-tests', '--values', '-'];
      const text = await output(helm, args, { input: JSON.stringify(values) });
      return parseAllDocuments(text).flatMap((document) => {
        const object = document.toJS() as Manifest | null;
        return object === null ? [] : [withoutHelm(object)];
      });
    });
  } finally {
    await folder.remove();
  }
}

/** Labels and annotations by which Helm knows what is its own. */
const HELMS = ['helm.sh/chart', 'helm.sh/resource-policy', 'app.kubernetes.io/managed-by'];

function withoutHelm({ apiVersion, kind, metadata, ...rest }: Manifest): Manifest {
  const { labels, annotations, ...others } = metadata;
  const kept = (all: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !HELMS.includes(name)));
  const left = kept(annotations);
  return {
    apiVersion,
    kind,
    metadata: {
      ...others,
      labels: kept(labels),
      ...(Object.keys(left).length === 0 ? {} : { annotations: left }),
    },
    ...rest,
  };
}
