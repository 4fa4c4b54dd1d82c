import { openTrouble, type Trouble } from '../trouble/open.ts';
import type { WorldOptions } from '../world.ts';

/** A running operator with one site. Nothing of what it does here needs attempts to be given up early. */
export function openConsumed({ settings, ...options }: WorldOptions = {}): Promise<Trouble> {
  return openTrouble({ restarts: true, ...options, settings: { BEATKEYS_ATTEMPT_LIMIT: '30s', ...settings } });
}
