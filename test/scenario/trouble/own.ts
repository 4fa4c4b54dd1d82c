import path from 'node:path';
import { noteUsage } from '../../rights/noted.ts';
import { startControlPlane } from '../../testbed/own.ts';
import type { RunningControlPlane } from '../../testbed/servers.ts';
import type { WorldOptions } from '../world.ts';
import { openTrouble, type Trouble } from './open.ts';

/** A control plane of the test's own, in which nothing else happens. */
export type OwnControlPlane = RunningControlPlane & AsyncDisposable;

/** With an operator that serves all of it. */
export interface OwnPlane extends Trouble {
  readonly plane: RunningControlPlane;
}

/** Starts one, with the definitions of this folder; left out: those of the project. */
export async function startOwnPlane(
  crds = path.resolve(import.meta.dirname, '../../../crds'),
): Promise<OwnControlPlane> {
  const plane = await startControlPlane({ crds, audit: true });
  return {
    ...plane,
    async [Symbol.asyncDispose]() {
      await noteUsage(plane.auditLog);
      await plane.stop();
    },
  };
}

/** The same with an operator. Close it. */
export async function openOwnPlane(crds?: string, options: WorldOptions = {}): Promise<OwnPlane> {
  await using stack = new AsyncDisposableStack();
  const plane = stack.use(await startOwnPlane(crds));
  const trouble = await openTrouble({ ...options, plane });
  stack.defer(() => trouble.close());
  const kept = stack.move();
  return { ...trouble, plane, close: () => kept.disposeAsync() };
}
