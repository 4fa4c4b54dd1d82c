/**
 * The image of the operator and of the command line, from the Dockerfile.
 *
 *     npm run image                                    builds beatkeys:VERSION with the Docker engine at hand
 *     npm run image -- --tag NAME                      another name
 *     npm run image -- --prove                         then runs it, locked down as in a cluster, against real servers
 *     npm run image -- --offline-base                  makes both bases here, where no registry can be reached
 *     npm run image -- --engine COMMAND                another client, such as podman
 *     npm run image -- -- --platform linux/arm64 ...   what follows the second -- goes to the engine's `build`
 *
 * See docs/image.md. Ends with 1 when a step failed.
 */
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { finish } from '../test/testbed/command.ts';
import { buildArguments } from './image/build-arguments.ts';
import { importBases } from './image/offline-base.ts';
import { interruptedCode, runCommand, runSteps, verbose, type Step } from './steps/run.ts';
import { serversStep } from './steps/servers.ts';
import { runWatched } from './steps/vitest.ts';

const { values, positionals } = parseArgs({
  options: {
    tag: { type: 'string', default: `beatkeys:${packageJson.version}` },
    engine: { type: 'string', default: 'docker' },
    'offline-base': { type: 'boolean', default: false },
    prove: { type: 'boolean', default: false },
    verbose: { type: 'boolean' },
  },
  allowPositionals: true,
});
const { tag, engine } = values;

const steps: Step[] = [
  {
    name: 'bases',
    run: async (tell) => {
      if (values['offline-base']) await importBases(engine, tell);
    },
  },
  {
    name: 'image',
    after: ['bases'],
    run: async () => {
      const args = await buildArguments({ tag, offlineBase: values['offline-base'], further: positionals });
      // Docker's clients of version 20 build without BuildKit unless told to.
      await runCommand(engine, args, verbose ? 'inherit' : 'pipe', { DOCKER_BUILDKIT: '1' });
    },
  },
];
const { step: servers, stop } = serversStep();
const proof: Step = {
  name: 'proof',
  after: ['image', servers.name],
  run: () =>
    runWatched('vitest', ['run', '--project', 'image'], { BEATKEYS_IMAGE: tag, BEATKEYS_IMAGE_ENGINE: engine }),
};

const code = await runSteps(values.prove ? [...steps, servers, proof] : steps);
if (code === 0) console.log(await summary());
if (code !== interruptedCode) await stop();
process.exitCode = code;

/** What was built. */
async function summary(): Promise<string> {
  const form = '{{.Id}}, {{.Os}}/{{.Architecture}}, {{.Size}} bytes';
  const { stdout } = await finish(engine, ['image', 'inspect', '--format', form, tag]);
  return `${tag}: ${stdout.trim()}`;
}
