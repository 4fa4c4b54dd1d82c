/**
 * `npm test`: every step that a change must pass. The servers start while the steps that need none of them run, and then
 * what is built or fetched for some tests (the newest API server, Beats, GitOps tools, Prometheus) while the steps that need none of it run.
 * `--verbose` shows all output.
 */
import { beatsBinaries } from '../test/testbed/beats/binaries.ts';
import { gitopsBinary } from '../test/testbed/gitops/binary.ts';
import { helm3Binary } from '../test/testbed/helm3/binary.ts';
import { coordinatesVariable, writeCoordinates } from '../test/testbed/coordinates-file.ts';
import { newestApiServer } from '../test/testbed/kubernetes/binaries.ts';
import { prometheusPrograms } from '../test/testbed/prometheus.ts';
import { chooseProvider, startTestbed } from '../test/testbed/testbed.ts';
import { ahead } from './steps/ahead.ts';
import { interruptedCode, runSteps } from './steps/run.ts';
import type { Step } from './steps/run.ts';
import { staticSteps } from './steps/static.ts';
import { testStep } from './steps/vitest.ts';

const provider = await chooseProvider(console.log).catch((error: unknown) => {
  console.error(`${(error as Error).message}\n(npm run check and npm run unit need none of this.)`);
  process.exit(1);
});
const servers = ahead('servers', (progress) => startTestbed(provider, { crds: 'crds' }, progress));
// What is built for the servers comes first, then what is built for some tests. Beats play no part where nodes are real.
const newest = ahead('newest API server', async (progress) => {
  await servers.outcome;
  if (provider.startNewestApiServer !== undefined) await newestApiServer(progress);
});
const beats = ahead('Beats', async (progress) => {
  const testbed = await servers.outcome;
  await newest.outcome;
  if (testbed?.coordinates.controlPlane.playedNodes === true) await beatsBinaries(progress);
});
const gitops = ahead('GitOps tools', async (progress) => {
  await beats.outcome;
  await gitopsBinary(progress);
});
const helm3 = ahead('Helm 3', async (progress) => {
  await gitops.outcome;
  await helm3Binary(progress);
});

const prometheus = ahead('Prometheus', async (progress) => void (await prometheusPrograms(progress)));

const coordinates: Step = {
  name: servers.name,
  run: async (tell) => {
    const testbed = await servers.turn(tell);
    process.env[coordinatesVariable] = writeCoordinates(testbed.coordinates);
  },
};
const againstServers = (project: 'contract' | 'e2e'): Step => ({ ...testStep(project), after: [servers.name] });

const code = await runSteps([
  ...staticSteps,
  testStep('unit'),
  coordinates,
  { name: prometheus.name, run: prometheus.turn },
  againstServers('contract'),
  { name: newest.name, run: newest.turn, after: [servers.name] },
  { name: beats.name, run: beats.turn, after: [servers.name] },
  { name: gitops.name, run: gitops.turn },
  { name: helm3.name, run: helm3.turn },
  againstServers('e2e'),
]);
// An interrupted run does not wait for servers that are still starting: they end with this process.
if (code !== interruptedCode) await (await servers.outcome)?.stop();
process.exit(code);
