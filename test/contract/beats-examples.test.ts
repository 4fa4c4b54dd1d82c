import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseElasticsearchConnectionSpec } from '../../src/api/parse.ts';
import type { BeatApiKey } from '../../src/api/types.ts';
import { termsOf } from '../../src/core/connection-terms.ts';
import { refusedNamespace } from '../../src/core/consent.ts';
import { desire } from '../../src/core/desired.ts';
import { beyondTerms } from '../../src/core/policy.ts';
import {
  BEATS_EXAMPLES,
  isKnown,
  namespaceOf,
  placed,
  readExample,
  secretsOf,
  templatesOf,
  type Part,
  type PodTemplate,
} from '../examples/beats.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';

/** The complete examples: a real API server takes them, and its Pod Security admits their pods. */

const plane = controlPlane();
const listOf = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

/** The label by which a namespace says what its pods may be. */
const ENFORCE = 'pod-security.kubernetes.io/enforce';

/** Namespaces of this file, to be removed. */
const removals: (() => Promise<void>)[] = [];
afterAll(async () => void (await Promise.all(removals.map((remove) => remove()))));

/** A namespace of the test's own with these labels. */
async function namespaceWith(labels: Readonly<Record<string, string>>): Promise<string> {
  const { name, remove } = await createNamespace('examples');
  removals.push(remove);
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  await mustKubectl(plane, ['label', 'namespace', name, ...pairs]);
  // Without it no pod is looked at.
  await mustKubectl(plane, ['wait', 'serviceaccount/default', '-n', name, '--for=create', '--timeout=120s']);
  return name;
}

/** Asks the API server to make a pod of a template, and makes none. */
async function pod(
  namespace: string,
  template: PodTemplate,
): Promise<{ readonly code: number; readonly said: string }> {
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, name: 'pod', namespace },
    spec: template.spec,
  };
  const { code, stderr } = await plane.kubectl(['create', '--dry-run=server', '-f', '-'], {
    input: JSON.stringify(manifest),
  });
  return { code, said: stderr };
}

/** The same pod without its account, which only the namespace of the example has. */
function withoutAccount({ spec: { serviceAccountName: _account, ...spec }, ...rest }: PodTemplate): PodTemplate {
  return { ...rest, spec };
}

/** ECK puts the image in. */
function withImage({ spec, ...rest }: PodTemplate): PodTemplate {
  const image = 'docker.elastic.co/beats/packetbeat:9.5.3';
  return { ...rest, spec: { ...spec, containers: spec.containers.map((each) => ({ image, ...each })) } };
}

const main = parse(
  readFileSync(path.resolve(import.meta.dirname, '../../examples/01-connection.yaml'), 'utf8'),
) as Part;

describe.for(BEATS_EXAMPLES)('examples/beats/%s', { concurrent: true }, (name) => {
  const example = readExample(name);
  const declared = namespaceOf(example);
  const templates = templatesOf(example);
  const keys = example.filter(({ kind }) => kind === 'BeatApiKey') as readonly unknown[] as readonly (Part &
    BeatApiKey)[];
  const known = example.filter(isKnown);
  const level = declared.metadata.labels?.[ENFORCE] ?? '';
  const stricter = { privileged: ['baseline'], baseline: ['restricted'] }[level] ?? [];
  let namespace: string;
  let here: readonly Part[];
  beforeAll(async () => {
    namespace = await namespaceWith(declared.metadata.labels ?? {});
    here = placed(known, { [declared.metadata.name]: namespace, 'beatkeys-system': namespace });
    const accounts = here.filter(({ kind }) => kind === 'ServiceAccount');
    if (accounts.length > 0) await mustKubectl(plane, ['apply', '-f', '-'], listOf(accounts));
  });

  test('is whole: all but its connection is in a namespace of its own', () => {
    expect(['privileged', 'restricted']).toContain(level);
    expect(keys.length).toBeGreaterThan(0);
    expect(templates.length).toBeGreaterThan(0);
    const elsewhere = example.filter(({ metadata }) => metadata.namespace !== declared.metadata.name);
    const kinds = new Set(elsewhere.map(({ kind }) => kind));
    const allowed = ['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'ElasticsearchConnection'];
    expect([...kinds].filter((kind) => !allowed.includes(kind))).toEqual([]);
  });

  test.each([
    ['client-side', []],
    ['server-side', ['--server-side', '--field-manager=somebody']],
  ] as const)('the API server takes it as it is, %s', async (_where, flags) => {
    const apply = ['apply', ...flags, '--dry-run=server', '--validate=strict', '-f', '-'];
    const { code, stderr } = await plane.kubectl(apply, { input: listOf(here) });
    expect({ code, stderr: stderr.replaceAll(/^Warning: .*last-applied-configuration.*\n/gm, '') }).toEqual({
      code: 0,
      stderr: '',
    });
  });

  test('Pod Security admits its pods', async () => {
    for (const { template } of templates)
      expect(await pod(namespace, withImage(template))).toEqual({ code: 0, said: '' });
  });

  test.each(stricter)('a stricter Pod Security would refuse them: %s', async (other) => {
    const elsewhere = await namespaceWith({ [ENFORCE]: other });
    for (const { template } of templates) {
      const { code, said } = await pod(elsewhere, withoutAccount(withImage(template)));
      expect(code).toBe(1);
      expect(said).toContain(`violates PodSecurity "${other}:latest"`);
    }
  });

  test('no container is privileged, and each has the capabilities that it needs', () => {
    for (const { template } of templates) {
      for (const { securityContext } of [...(template.spec.initContainers ?? []), ...template.spec.containers]) {
        expect(securityContext?.privileged ?? false).toBe(false);
        expect(securityContext?.capabilities?.drop).toEqual(['ALL']);
        const added = securityContext?.capabilities?.add ?? [];
        expect(added).toEqual(name.startsWith('packetbeat') || name === 'eck.yaml' ? ['NET_ADMIN', 'NET_RAW'] : []);
      }
    }
  });

  test('every Secret that a pod reads is that of a key of the example, and no pod starts without', () => {
    const secrets = keys.map(({ spec, metadata }) => spec.secret?.name ?? metadata.name);
    const references = templates.flatMap(({ template }) => secretsOf(template));
    expect(references.filter(({ secret }) => !secrets.includes(secret))).toEqual([]);
    expect(secrets.filter((secret) => !references.some((each) => each.secret === secret))).toEqual([]);
    expect(references.filter(({ optional, key }) => optional || key === '*')).toEqual([]);
  });

  test('every consumer is a workload that reads the key', () => {
    for (const { spec, metadata } of keys) {
      const consumers = (spec.consumers ?? []).map((each) => `${each.kind}/${each.name}`);
      const readers = templates
        .filter(({ template }) => secretsOf(template).some(({ secret }) => secret === metadata.name))
        // ECK makes a DaemonSet of a Beat.
        .map(({ part }) =>
          part.kind === 'Beat'
            ? `DaemonSet/${part.metadata.name}-beat-${(part['spec'] as { type: string }).type}`
            : `${part.kind}/${part.metadata.name}`,
        );
      expect(consumers).toEqual(readers);
    }
  });

  test('its connections lend its keys what they ask for', () => {
    for (const key of keys) {
      const { connectionRef } = key.spec;
      const connection = [...example, main].find(
        ({ kind, metadata }) => kind === 'ElasticsearchConnection' && metadata.name === connectionRef.name,
      );
      const parsed = parseElasticsearchConnectionSpec(connection?.['spec']);
      if (connection === undefined || !parsed.ok) throw new Error(`there is no connection ${connectionRef.name}`);
      const terms = termsOf(connection as Part & Parameters<typeof termsOf>[0], parsed.value, '');
      expect(refusedNamespace(terms, key.metadata.namespace, declared.metadata.labels ?? {})).toBeUndefined();
      const desired = desire(key);
      if (!desired.ok) throw new Error(JSON.stringify(desired.problems));
      expect(beyondTerms(terms, key.metadata.namespace, desired.value)).toEqual([]);
    }
  });
});
