import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseElasticsearchConnectionSpec } from '../../src/api/parse.ts';
import type { BeatApiKey, ElasticsearchConnection } from '../../src/api/types.ts';
import type { Terms } from '../../src/core/connection-view.ts';
import { termsOf } from '../../src/core/connection-terms.ts';
import { refusedNamespace } from '../../src/core/consent.ts';
import { desire } from '../../src/core/desired.ts';
import { beyondTerms } from '../../src/core/policy.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
}

const folder = path.resolve(import.meta.dirname, '../../examples');
const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
const manifests = new Map(await Promise.all(files.map(async (name) => [name, await read(name)] as const)));
const all = [...manifests.values()].flat();
const ofKind = <T extends Manifest>(kind: string): T[] => all.filter((each): each is T => each.kind === kind);
const namespace = await createNamespace('examples');

afterAll(() => namespace.remove());

async function read(name: string): Promise<Manifest[]> {
  const documents = parseAllDocuments(await readFile(path.join(folder, name), 'utf8'));
  return documents.map((document) => document.toJS() as Manifest);
}

/** The manifest in a namespace that exists; nothing else is changed. */
function here({ metadata, ...rest }: Manifest): object {
  return {
    ...rest,
    metadata: metadata.namespace === undefined ? metadata : { ...metadata, namespace: namespace.name },
  };
}

test.for(files)('The API server takes examples/%s as it is', async (name) => {
  const items = (manifests.get(name) ?? []).map(here);
  const apply = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
  const { code, stderr } = await controlPlane().kubectl(apply, {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });
  expect({ code, stderr: stderr.replaceAll(/^Warning: .*last-applied-configuration.*\n/gm, '') }).toEqual({
    code: 0,
    stderr: '',
  });
});

describe.for(ofKind<BeatApiKey & Manifest>('BeatApiKey'))('The example key $metadata.name', (key) => {
  const { name, namespace: own } = key.metadata;

  test('has a connection among the examples, which its namespace may use', () => {
    const labels = ofKind('Namespace').find(({ metadata }) => metadata.name === own)?.metadata.labels;
    expect(refusedNamespace(termsFor(key), own, { ...labels, 'kubernetes.io/metadata.name': own })).toBeUndefined();
  });

  test('asks for nothing that its connection does not lend', () => {
    const desired = desire(key);
    if (!desired.ok) throw new Error(`${name}: ${JSON.stringify(desired.problems)}`);
    expect(beyondTerms(termsFor(key), own, desired.value)).toEqual([]);
  });
});

/** The terms of the connection that an example refers to, which must be an example too. */
function termsFor({ spec: { connectionRef } }: BeatApiKey): Terms {
  const connection = ofKind<ElasticsearchConnection & Manifest>('ElasticsearchConnection').find(
    ({ metadata }) => metadata.name === connectionRef.name && metadata.namespace === connectionRef.namespace,
  );
  const parsed = parseElasticsearchConnectionSpec(connection?.spec);
  if (connection === undefined || !parsed.ok) throw new Error(`no example of a connection ${connectionRef.name}`);
  return termsOf(connection, parsed.value, '');
}

test('Every key that a workload of the examples mounts is in a Secret of the examples', () => {
  const secrets = new Set(
    ofKind<BeatApiKey & Manifest>('BeatApiKey').map(({ spec, metadata }) => spec.secret?.name ?? metadata.name),
  );
  const mounted = [
    ...JSON.stringify(ofKind('DaemonSet')).matchAll(/"(?:secretKeyRef":\{"name|secretName)":"([^"]+)"/g),
  ];
  expect(mounted.length).toBeGreaterThan(0);
  expect(mounted.map(([, name]) => name).filter((name) => !secrets.has(name ?? ''))).toEqual([]);
});
