import type { World } from '../world.ts';
import { pause } from './pause.ts';
import type { Tally } from './tally.ts';
import type { Turns } from './turns.ts';

/** So many starts in a row may fail, for what stands between the operator and its servers is what the test troubles. */
const FAILED_STARTS = 3;

/** Starts the operator again whenever it has ended, in whatever way, as kubelet does. */
export const superviseOperator =
  (world: World, tally: Tally): Turns =>
  async (signal) => {
    for (let failed = 0; !signal.aborted; await pause(100, signal)) {
      if (world.operator.runs) continue;
      try {
        await world.startOperator();
        tally.operatorStarts += 1;
        failed = 0;
      } catch (error) {
        failed += 1;
        if (failed === FAILED_STARTS) throw error;
      }
    }
  };
