import type { World } from '../world.ts';
import { pause } from './pause.ts';
import type { Turns } from './turns.ts';

/** So many starts in a row may fail, for what stands between the operator and its servers is what the test troubles. */
const FAILED_STARTS = 3;

/** Starts the operator again whenever it has ended, in whatever way, as kubelet does. */
export const superviseOperator =
  (world: World): Turns =>
  async (signal) => {
    for (let failed = 0; !signal.aborted; await pause(100, signal)) {
      if (world.operator.runs) continue;
      try {
        await world.startOperator();
        failed = 0;
      } catch (error) {
        failed += 1;
        if (failed === FAILED_STARTS) throw error;
      }
    }
  };
