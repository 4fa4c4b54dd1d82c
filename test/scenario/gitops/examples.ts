import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../manifests.ts';

const root = path.resolve(import.meta.dirname, '../../../examples');

/** Groups whose kinds the API server of the tests does not have. */
const FOREIGN = /^(argoproj\.io|[a-z]+\.toolkit\.fluxcd\.io|beat\.k8s\.elastic\.co|kustomize\.config\.k8s\.io)\//;

/** Where the examples shall be instead of where they say. */
export interface Place {
  /** In the place of `beatkeys-system`, and of `elastic`, where ECK would be. */
  readonly system: string;
  /** In the place of `logging`. */
  readonly logging: string;
  /** In the place of `https://elasticsearch.example:9200`. */
  readonly url: string;
}

/**
 * All objects of the examples, those of the example repositories included, that belong into a namespace and that the API
 * server has a kind for. An object that two files have is given once.
 */
export async function examplesAt({ system, logging, url }: Place): Promise<readonly Manifest[]> {
  const files = globSync(['*.yaml', 'gitops/**/*.yaml'], { cwd: root }).toSorted();
  const renamed = (_field: string, value: unknown): unknown => {
    if (value === 'beatkeys-system' || value === 'elastic') return system;
    if (value === 'logging') return logging;
    return typeof value === 'string' ? value.replaceAll('https://elasticsearch.example:9200', url) : value;
  };
  const all = new Map<string, Manifest>();
  for (const file of files) {
    for (const document of parseAllDocuments(await readFile(path.join(root, file), 'utf8'))) {
      const manifest = JSON.parse(JSON.stringify(document.toJS()), renamed) as Manifest;
      if (FOREIGN.test(manifest.apiVersion) || manifest.kind === 'Namespace') continue;
      all.set(`${manifest.kind}/${manifest.metadata.namespace}/${manifest.metadata.name}`, manifest);
    }
  }
  return [...all.values()];
}
