import type { Operator } from '../../operator/operator.ts';
import type { World } from '../world.ts';

/** What the operator says when it ends because it did not get its lease renewed in time, as on a busy machine. */
const LEASE_LOST = '"ending":"leaseLost"';

/** The name of the operator's Lease, unless a setting says otherwise. */
const LEASE = 'beatkeys';

/**
 * Keeps a world's operator running, as a kubelet does: whenever it ends it is started again. The Lease of one that was
 * killed is taken away, so that the next one leads sooner than any lease would let it: what was made just before is not
 * visible to searches yet.
 */
export class Supervisor {
  /** How often it ended without having been killed, for want of its lease. */
  leasesLost = 0;
  /** Last lines of operators that ended in any other way. */
  readonly crashes: string[] = [];
  readonly #world: World;
  readonly #killed = new WeakSet<Operator>();
  #current: Promise<Operator>;
  #stopped = false;

  constructor(world: World) {
    this.#world = world;
    this.#current = Promise.resolve(world.operator);
    void this.#run();
  }

  /** SIGKILL; resolves when the operator is dead. */
  async kill(): Promise<void> {
    const operator = await this.#current;
    this.#killed.add(operator);
    await operator.kill();
  }

  /** Leaves the operator that runs to itself; resolves when there is one. */
  async leave(): Promise<void> {
    this.#stopped = true;
    await this.#current;
  }

  async #run(): Promise<void> {
    for (;;) {
      try {
        const operator = await this.#current;
        await operator.ended;
        if (this.#stopped) return;
        await this.#noteEnd(operator);
      } catch (error) {
        if (this.#stopped) return;
        this.crashes.push((error as Error).message);
      }
      this.#current = this.#world.startOperator();
      // Whoever waits for it hears of a failure; here it is heard of above.
      this.#current.catch(() => undefined);
    }
  }

  async #noteEnd(operator: Operator): Promise<void> {
    if (this.#killed.has(operator)) await this.#world.home.remove('Lease', LEASE);
    else if (operator.lines.some((line) => line.includes(LEASE_LOST))) this.leasesLost += 1;
    else this.crashes.push(operator.lines.slice(-15).join('\n'));
  }
}
