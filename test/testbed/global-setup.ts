import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { coordinatesVariable, givenCoordinates, writeCoordinates } from './coordinates-file.ts';
import { chooseProvider, startTestbed } from './testbed.ts';
import { noteUsage } from '../rights/noted.ts';
import { renderRoles, type Roles } from '../rights/roles.ts';
import type { Coordinates } from './testbed.ts';

declare module 'vitest' {
  interface ProvidedContext {
    coordinates: Coordinates;
    roles: Roles;
  }
}

/**
 * Gives every project that asks for it the same servers: those of `BEATKEYS_TESTBED`, or ones started here and stopped
 * at the end of the run. Vitest sets projects up one after the other, so the next one finds the variable set.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = givenCoordinates();
  if (given !== undefined) {
    await provide(project, given);
    return () => noteUsage(given.controlPlane.auditLog);
  }
  const progress = (line: string) => console.error(line);
  const crds = path.resolve(import.meta.dirname, '../../crds');
  const testbed = await startTestbed(await chooseProvider(progress), existsSync(crds) ? { crds } : {}, progress);
  process.env[coordinatesVariable] = writeCoordinates(testbed.coordinates);
  await provide(project, testbed.coordinates);
  return async () => {
    delete process.env[coordinatesVariable];
    await noteUsage(testbed.coordinates.controlPlane.auditLog);
    await testbed.stop();
  };
}

async function provide(project: TestProject, coordinates: Coordinates): Promise<void> {
  project.provide('coordinates', coordinates);
  project.provide('roles', await renderRoles(coordinates.controlPlane.helmPath));
}
