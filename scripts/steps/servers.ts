import { coordinatesVariable, givenCoordinates, writeCoordinates } from '../../test/testbed/coordinates-file.ts';
import { chooseProvider, startTestbed, type Testbed } from '../../test/testbed/testbed.ts';
import type { Step } from './run.ts';

/** The servers that a script's later steps need: those that `BEATKEYS_TESTBED` names, or some of its own, to be stopped. */
export function serversStep(): { readonly step: Step; stop(): Promise<void> } {
  let testbed: Testbed | undefined;
  return {
    step: {
      name: 'servers',
      run: async (tell) => {
        if (givenCoordinates() !== undefined) return;
        testbed = await startTestbed(await chooseProvider(tell), { crds: 'crds' }, tell);
        process.env[coordinatesVariable] = writeCoordinates(testbed.coordinates);
      },
    },
    stop: async () => testbed?.stop(),
  };
}
