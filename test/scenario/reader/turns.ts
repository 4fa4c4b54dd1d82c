import type { Editor } from './editor.ts';
import type { Fleet } from './fleet.ts';
import { pause } from './pause.ts';

/** Something that goes on until its signal comes. */
export type Turns = (signal: AbortSignal) => Promise<void>;

/** A change of a spec for each turn, and how long after the one before it comes, milliseconds. */
export interface Change {
  readonly everyMs: number;
  readonly of: (turn: number) => object;
}

/** Makes a change of the spec of the object at this path again and again. */
export const everyFewSeconds =
  (editor: Editor, path: string, { everyMs, of }: Change): Turns =>
  async (signal) => {
    for (let turn = 1; !signal.aborted; turn++) {
      await editor.merge(path, { spec: of(turn) });
      await pause(everyMs, signal);
    }
  };

/** Another value of `rotation.request`, or of `rotation.revokeRequest`. */
export const request = (field: 'request' | 'revokeRequest') => (turn: number) => ({ rotation: { [field]: `${turn}` } });

/** Another edit each turn that changes the key, or the Secret around it, in place. */
export const edit = (turn: number): object =>
  [
    { metadata: { turn: `${turn}` } },
    { roleDescriptors: { writer: writer(['packetbeat-*', 'heartbeat-*']) } },
    { expiration: `${30 + (turn % 20)}d` },
    { secret: { template: { labels: { turn: `${turn}` } } } },
    { roleDescriptors: { writer: writer(['packetbeat-*']) } },
  ][turn % 5] ?? {};

/** A role that may write to indices of these names. */
export const writer = (names: readonly string[]) => ({
  cluster: ['monitor'],
  index: [{ names: [...names], privileges: ['create_doc', 'auto_configure'] }],
});

/**
 * Asks for a new key each time that all pods of a workload have moved on; each third time for another one at once, so
 * that a roll-out is overtaken by the next.
 */
export const rollOut =
  (editor: Editor, path: string, fleet: Fleet): Turns =>
  async (signal) => {
    for (let turn = 1; !signal.aborted; turn++) {
      const { rollouts } = fleet;
      await editor.merge(path, { spec: request('request')(turn) });
      if (turn % 3 === 0) await pause(OVERTAKE_MS, signal);
      else await fleet.untilRolledOut(rollouts, signal);
    }
  };

/** Long enough for a key to be made and a roll-out to be under way. */
const OVERTAKE_MS = 1500;
