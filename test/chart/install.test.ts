import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { externalServersGiven } from '../testbed/external.ts';
import { helm3Binary } from '../testbed/helm3/binary.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { keysOfUser, lives } from '../scenario/server-keys.ts';
import { BUILD_MS } from '../gitops/gitops.ts';
import { runDeployed, type Deployed } from './deployed.ts';
import { NAMESPACE, openEmptyCluster, writeValues, type EmptyCluster } from './installation.ts';
import { commandsUnder } from './page.ts';
import { openShell, type Shell } from './shell.ts';

/** From nothing to nothing by the pages: install, a key, upgrade, roll back, uninstall. */

const HELMS = ['Helm 4', 'Helm 3'] as const;

/** The page's commands for what Helm installed, when the keys are gone. */
async function uninstallRelease(shell: Shell): Promise<void> {
  const [uninstall = ''] = (await commandsUnder('uninstall.md', '2. The operator')).split('\n');
  await shell.run(uninstall);
  await shell.run(await commandsUnder('uninstall.md', '3. The kinds'));
  await shell.run(await commandsUnder('uninstall.md', '4. The namespace'));
}

describe.skipIf(externalServersGiven)('A cluster that has never seen Beatkeys', () => {
  let cluster: EmptyCluster;
  beforeAll(async () => {
    cluster = await openEmptyCluster();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  describe.each(HELMS)('with %s', (name) => {
    let shell: Shell;
    let deployed: Deployed;
    let keyID: string | undefined;

    beforeAll(async () => {
      const helm = name === 'Helm 3' ? await helm3Binary((line) => console.error(line)) : cluster.plane.helmPath;
      shell = await openShell(cluster.plane, helm);
    }, BUILD_MS);
    afterAll(async () => {
      await deployed?.[Symbol.asyncDispose]();
      await shell[Symbol.asyncDispose]();
    });

    test('is of that version', async () => {
      expect(await shell.run('helm version --short')).toMatch(name === 'Helm 3' ? /^v3\./ : /^v4\./);
    });

    test('takes the chart into a namespace that enforces the strictest Pod Security Standard', async () => {
      const said = await shell.run(await commandsUnder('install.md', 'With Helm'));
      expect(said).toContain('STATUS: deployed');
      expect(said).not.toMatch(/PodSecurity|[Ww]arning/);
      expect(await mustKubectl(cluster.plane, ['get', 'pods', '-n', NAMESPACE])).toContain('Running');
    });

    test('lets the operator make the keys of the examples, with the settings and the rights of the chart alone', async () => {
      deployed = await runDeployed(cluster.plane, NAMESPACE);
      cluster.leaks.note(deployed.token);
      await cluster.applyExamples();
      keyID = (await cluster.logging.ready('packetbeat')).status?.keyID;
      await cluster.logging.ready('packetbeat-agent');
      expect(await deployed.operator.readiness()).toBe(200);
    });

    test('lets a Beat start with its key', async () => {
      await mustKubectl(cluster.plane, [
        ...['rollout', 'status', 'daemonset/packetbeat-agent', '-n', 'logging', '--timeout=90s'],
      ]);
    });

    test('is upgraded with other values and without a conflict, and no key changes', async () => {
      const { resourceVersion } = (await cluster.logging.find('Secret', 'packetbeat'))?.metadata ?? {};
      await writeValues(shell.folder, { replicaCount: 2, podDisruptionBudget: { enabled: true } });
      const upgrade = await commandsUnder('upgrade.md', 'With Helm');
      const said = await shell.run(upgrade.replace('values.yaml', `${shell.folder}/values.yaml`));
      expect(said).toContain('REVISION: 2');
      await deployed[Symbol.asyncDispose]();
      deployed = await runDeployed(cluster.plane, NAMESPACE);
      cluster.leaks.note(deployed.token);
      expect((await cluster.logging.ready('packetbeat')).status?.keyID).toBe(keyID);
      expect((await cluster.logging.find('Secret', 'packetbeat'))?.metadata.resourceVersion).toBe(resourceVersion);
    });

    test('is rolled back', async () => {
      await shell.run(await commandsUnder('upgrade.md', 'Back again'));
      const replicas = ['get', 'deployment', 'beatkeys', '-n', NAMESPACE, '-o', 'jsonpath={.spec.replicas}'];
      expect(await mustKubectl(cluster.plane, replicas)).toBe('1');
    });

    test('is left as it was, when Beatkeys is uninstalled by the page', async () => {
      await shell.run('kubectl delete daemonset packetbeat-agent -n logging');
      await shell.run(await commandsUnder('uninstall.md', '1. The keys'));
      for (const name of ['packetbeat', 'packetbeat-agent']) await cluster.logging.untilGone('Secret', name);
      const keys = await keysOfUser(cluster.node, cluster.user.username);
      expect(keys.length).toBeGreaterThan(0);
      expect(keys.filter(lives)).toEqual([]);
      await deployed[Symbol.asyncDispose]();
      expect(cluster.leaks.foundIn({ log: deployed.operator.lines.join('\n') })).toEqual([]);
      await uninstallRelease(shell);
      expect(await cluster.traces()).toEqual([]);
    });
  });

  describe('in listed namespaces, with kinds that somebody else installed', () => {
    let shell: Shell;
    let deployed: Deployed;

    beforeAll(async () => {
      shell = await openShell(cluster.plane, cluster.plane.helmPath);
      await shell.run('kubectl delete namespace logging --ignore-not-found && kubectl apply --server-side -f crds');
    });
    afterAll(async () => {
      await deployed?.[Symbol.asyncDispose]();
      await shell[Symbol.asyncDispose]();
    });

    test('takes the chart, which makes nothing cluster-wide', async () => {
      const before = await cluster.traces();
      await shell.run(await commandsUnder('install.md', 'In listed namespaces only'));
      expect(await cluster.traces()).toEqual([...before, `namespace/${NAMESPACE}`]);
    });

    test('lets the operator make the keys of the examples', async () => {
      deployed = await runDeployed(cluster.plane, NAMESPACE);
      cluster.leaks.note(deployed.token);
      await cluster.applyExamples();
      await cluster.logging.ready('packetbeat');
      await cluster.logging.ready('packetbeat-agent');
    });

    test('is left as it was, when Beatkeys is uninstalled by the page', async () => {
      await shell.run('kubectl delete daemonset packetbeat-agent -n logging');
      await shell.run(await commandsUnder('uninstall.md', '1. The keys'));
      await deployed[Symbol.asyncDispose]();
      await uninstallRelease(shell);
      expect(await cluster.traces()).toEqual([]);
    });
  });

  describe('with kustomize', () => {
    let shell: Shell;
    let deployed: Deployed;

    beforeAll(async () => {
      shell = await openShell(cluster.plane, cluster.plane.helmPath);
    });
    afterAll(async () => {
      await deployed?.[Symbol.asyncDispose]();
      await shell[Symbol.asyncDispose]();
    });

    test('takes the base, and lets the operator make the keys of the examples', async () => {
      await shell.run(await commandsUnder('install.md', 'With kustomize'));
      deployed = await runDeployed(cluster.plane, NAMESPACE);
      cluster.leaks.note(deployed.token);
      await cluster.applyExamples();
      await cluster.logging.ready('packetbeat');
      await cluster.logging.ready('packetbeat-agent');
    });

    test('takes the base again, which changes nothing', async () => {
      const before = await cluster.logging.list('BeatApiKey');
      await shell.run(await commandsUnder('upgrade.md', 'With kustomize'));
      expect(await cluster.logging.list('BeatApiKey')).toEqual(before);
    });

    test('is left as it was, when Beatkeys is uninstalled by the page', async () => {
      await shell.run('kubectl delete daemonset packetbeat-agent -n logging');
      await shell.run(await commandsUnder('uninstall.md', '1. The keys'));
      await deployed[Symbol.asyncDispose]();
      const [, uninstall = ''] = (await commandsUnder('uninstall.md', '2. The operator')).split('\n');
      await shell.run(uninstall);
      expect(await cluster.traces()).toEqual([]);
      expect(cluster.leaks.foundIn({ log: deployed.operator.lines.join('\n') })).toEqual([]);
    });
  });
});
