import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './leftovers.ts';
import type { Coordinates } from './testbed.ts';

/** The environment variable with the path of a file of {@link Coordinates}: of servers that run already. */
export const coordinatesVariable = 'BEATKEYS_TESTBED';

/** The coordinates that the environment names, if it does. */
export function givenCoordinates(): Coordinates | undefined {
  const file = process.env[coordinatesVariable];
  return file === undefined || file === '' ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Coordinates);
}

/** Writes them to a file for the owner's eyes only, which goes away when this process ends. Returns its path. */
export function writeCoordinates(coordinates: Coordinates): string {
  const file = path.join(temporaryFolder('coordinates').path, 'testbed.json');
  writeFileSync(file, JSON.stringify(coordinates), { mode: 0o600 });
  return file;
}
