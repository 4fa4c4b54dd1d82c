/**
 * `npm test`: every step that a change must pass. The servers start while the steps that need none of them run.
 * `--verbose` shows all output.
 */
import { coordinatesVariable, writeCoordinates } from '../test/testbed/coordinates-file.ts';
import { chooseProvider, startTestbed } from '../test/testbed/testbed.ts';
import { interruptedCode, runSteps } from './steps/run.ts';
import type { Step } from './steps/run.ts';
import { staticSteps } from './steps/static.ts';
import { testStep } from './steps/vitest.ts';

/** Where what the servers do is told: nowhere until it is their turn. */
let listener: ((line: string) => void) | undefined;

const provider = await chooseProvider(console.log).catch((error: unknown) => {
  console.error(`${(error as Error).message}\n(npm run check and npm run unit need none of this.)`);
  process.exit(1);
});
const starting = startTestbed(provider, { crds: 'crds' }, (line) => listener?.(line));
// The step below reports a failure; until then nobody waits for it.
const started = starting.catch(() => undefined);

const servers: Step = {
  name: 'servers',
  run: async (tell) => {
    listener = tell;
    const testbed = await starting;
    process.env[coordinatesVariable] = writeCoordinates(testbed.coordinates);
  },
};
const againstServers = (['contract', 'e2e'] as const).map((project) => ({
  ...testStep(project),
  after: [servers.name],
}));

const code = await runSteps([...staticSteps, testStep('unit'), servers, ...againstServers]);
// An interrupted run does not wait for servers that are still starting: they end with this process.
if (code !== interruptedCode) await (await started)?.stop();
process.exit(code);
