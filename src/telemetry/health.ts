/** True where all is well. One that throws counts as false. */
export type ReadinessCheck = () => boolean;

/** What the probe is told, by the name of the check. */
export type Readiness = ReadonlyMap<string, boolean>;

/** What this process needs to be of use. Leadership and Elasticsearch are no part of it. */
export class Health {
  readonly #checks = new Map<string, ReadinessCheck>();

  /** Adds a check, in place of an earlier one of that name. Checks answer from memory: no I/O. */
  require(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, check);
  }

  /** Looks at every check. */
  readiness(): Readiness {
    return new Map([...this.#checks].map(([name, check]) => [name, passes(check)]));
  }
}

/** True when every check passed. */
export function isReady(readiness: Readiness): boolean {
  return [...readiness.values()].every(Boolean);
}

function passes(check: ReadinessCheck): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
