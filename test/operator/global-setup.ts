import path from 'node:path';
import { bundle } from '../../scripts/build/bundle.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';
import { programVariable } from './operator.ts';

/**
 * Builds the operator once for all tests of a run, as it is shipped: it starts in a quarter of the processor time that its
 * sources take. A run that was given one uses that.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[programVariable] !== undefined) return undefined;
  const folder = temporaryFolder('operator');
  const file = path.join(folder.path, 'beatkeys.mjs');
  await bundle(file);
  process.env[programVariable] = file;
  return async () => {
    delete process.env[programVariable];
    await folder.remove();
  };
}
