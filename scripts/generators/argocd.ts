import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { GROUP } from '../../src/api/names.ts';
import type { GeneratedFile } from './generator.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = `deploy/argocd/resource_customizations/${GROUP}`;

/** `deploy/argocd/argocd-cm.yaml`: the health checks and actions of all kinds, as Argo CD's own ConfigMap has them. */
export async function argocdConfig(): Promise<readonly GeneratedFile[]> {
  const kinds = (await readdir(path.join(root, folder))).toSorted();
  const data = Object.fromEntries((await Promise.all(kinds.map(entriesOf))).flat());
  const metadata = { name: 'argocd-cm', labels: { 'app.kubernetes.io/part-of': 'argocd' } };
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  const head = `# Made from resource_customizations by \`npm run generate\`. A part of the ConfigMap: merge it, do not replace it.`;
  return [{ path: 'deploy/argocd/argocd-cm.yaml', content: `${head}\n${stringify(config, { lineWidth: 0 })}` }];
}

async function entriesOf(kind: string): Promise<readonly (readonly [key: string, value: string])[]> {
  const health = [`resource.customizations.health.${GROUP}_${kind}`, await read(kind, 'health.lua')] as const;
  const files = await readdir(path.join(root, folder, kind), { recursive: true });
  const names = files.flatMap((file) => /^actions\/([^/]+)\/action\.lua$/.exec(file)?.[1] ?? []).toSorted();
  if (names.length === 0) return [health];
  const definitions = await Promise.all(
    names.map(async (name) => ({ name, 'action.lua': await read(kind, 'actions', name, 'action.lua') })),
  );
  const actions = { 'discovery.lua': await read(kind, 'actions', 'discovery.lua'), definitions };
  return [health, [`resource.customizations.actions.${GROUP}_${kind}`, stringify(actions, { lineWidth: 0 })]];
}

const read = (...names: readonly string[]): Promise<string> => readFile(path.join(root, folder, ...names), 'utf8');
