import path from 'node:path';
import { noteUsage } from '../../rights/noted.ts';
import { startControlPlane, startNewestApiServer } from '../../testbed/own.ts';
import type { RunningControlPlane } from '../../testbed/servers.ts';
import type { WorldOptions } from '../world.ts';
import { openTrouble, type Trouble } from './open.ts';

/** A control plane of the test's own, in which nothing else happens. */
export type OwnControlPlane = RunningControlPlane & AsyncDisposable;

/** With an operator that serves all of it. */
export interface OwnPlane extends Trouble {
  readonly plane: RunningControlPlane;
}

const CRDS = path.resolve(import.meta.dirname, '../../../crds');

/** Starts one, with the definitions of this folder; left out: those of the project. */
export const startOwnPlane = async (crds = CRDS): Promise<OwnControlPlane> =>
  owned(await startControlPlane({ crds, audit: true }));

/** An API server of the newest Kubernetes, without controllers; `undefined` where there is none. */
export async function startOwnNewestPlane(crds: string): Promise<OwnControlPlane | undefined> {
  const plane = await startNewestApiServer({ crds, audit: true });
  return plane === undefined ? undefined : owned(plane);
}

const owned = (plane: RunningControlPlane): OwnControlPlane => ({
  ...plane,
  async [Symbol.asyncDispose]() {
    await noteUsage(plane.auditLog);
    await plane.stop();
  },
});

/** The same with an operator. Close it. */
export async function openOwnPlane(crds?: string, options: WorldOptions = {}): Promise<OwnPlane> {
  await using stack = new AsyncDisposableStack();
  const plane = stack.use(await startOwnPlane(crds));
  const trouble = await openTrouble({ ...options, plane });
  stack.defer(() => trouble.close());
  const kept = stack.move();
  return { ...trouble, plane, close: () => kept.disposeAsync() };
}
