import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

/** The example repositories: what comes first, and that what they refer to is there. */

const root = path.resolve(import.meta.dirname, '../../examples/gitops');

interface Part {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec: {
    readonly path?: string;
    readonly wait?: boolean;
    readonly dependsOn?: readonly { readonly name: string }[];
    readonly source?: { readonly repoURL: string; readonly path: string };
  };
}

function read(pattern: string): readonly Part[] {
  const files = globSync(pattern, { cwd: root }).toSorted();
  const documents = files.flatMap((file) => parseAllDocuments(readFileSync(path.join(root, file), 'utf8')));
  return documents.map((document) => document.toJS() as Part);
}

const wave = ({ metadata }: Part): number => Number(metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);
const named = (parts: readonly Part[], name: string): Part => {
  const found = parts.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

describe('For Argo CD', () => {
  const applications = read('argocd/applications/*.yaml');

  test('the operator comes before the connection, and that before the keys', () => {
    const order = ['beatkeys-operator', 'beatkeys-connection', 'logging'].map((name) =>
      wave(named(applications, name)),
    );
    expect(order).toEqual([0, 1, 2]);
    expect(applications).toHaveLength(3);
  });

  test('every Application takes its objects away with it, and reads a folder that is there', () => {
    const all = [...applications, ...read('argocd/root.yaml')];
    const finalizers = all.map(({ metadata }) => metadata.finalizers);
    expect(finalizers).toEqual(all.map(() => ['resources-finalizer.argocd.argoproj.io']));
    const sources = all.flatMap(({ spec }) => spec.source ?? []);
    const [own, others] = [true, false].map((is) =>
      sources.filter(({ repoURL }) => repoURL.endsWith('/platform.git') === is).map((source) => source.path),
    );
    expect(own?.map((folder) => existsSync(path.join(root, folder)))).toEqual([true, true, true]);
    expect(others).toEqual(['helm/beatkeys']);
  });

  test('keys come before the workloads that read them', () => {
    const parts = read('apps/**/*.yaml');
    const keys = parts.filter(({ kind }) => kind === 'BeatApiKey');
    const readers = parts.filter((part) => JSON.stringify(part).includes('secretKeyRef'));
    expect(Math.max(...keys.map(wave))).toBeLessThan(Math.min(...readers.map(wave)));
    const names = readers.flatMap((part) =>
      [...JSON.stringify(part).matchAll(/"(?:secretKeyRef":\{"name|secretName)":"([^"]+)"/g)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !keys.some(({ metadata }) => metadata.name === name))).toEqual([]);
  });
});

describe('For Flux', () => {
  const kustomizations = read('flux/kustomizations.yaml');

  test('each Kustomization waits for the one before it, and for its own objects', () => {
    const order = ['beatkeys-operator', 'beatkeys-connection', 'keys', 'workloads'];
    const dependencies = order.map(
      (name) => named(kustomizations, name).spec.dependsOn?.map((each) => each.name) ?? [],
    );
    expect(dependencies).toEqual([[], ...order.slice(0, -1).map((name) => [name])]);
    expect(kustomizations.map(({ spec }) => spec.wait)).toEqual(order.map(() => true));
  });

  test('each reads a folder that is there', () => {
    for (const { spec } of kustomizations) expect(existsSync(path.join(root, spec.path ?? 'missing'))).toBe(true);
  });
});
