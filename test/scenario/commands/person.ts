import { expect, vi } from 'vitest';
import { controlPlane } from '../../testbed/current.ts';
import type { Objects } from '../objects.ts';
import { writeKubeconfig, type Kubeconfig } from '../trouble/kubeconfig.ts';

/** A line of a Role. */
export interface Grant {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Somebody with these rights in one namespace and no others: a kubeconfig. */
export async function openPerson(objects: Objects, name: string, rules: readonly Grant[]): Promise<Kubeconfig> {
  const { namespace } = objects;
  const metadata = { name, namespace };
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  await objects.apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion, kind: 'Role', metadata, rules },
    {
      ...{ apiVersion, kind: 'RoleBinding', metadata, roleRef: { apiGroup, kind: 'Role', name } },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  );
  const plane = controlPlane();
  const [rule] = rules;
  const as = `--as=system:serviceaccount:${namespace}:${name}`;
  const resource = [rule?.resources[0], rule?.apiGroups[0]].filter(Boolean).join('.');
  await vi.waitFor(
    async () => {
      const { stdout } = await plane.kubectl(['auth', 'can-i', rule?.verbs[0] ?? '', resource, '-n', namespace, as]);
      expect(stdout.trim()).toBe('yes');
    },
    { timeout: 30_000, interval: 300 },
  );
  const token = (await objects.kubectl(['create', 'token', name])).trim();
  return writeKubeconfig(plane.url, token, plane.ca);
}
