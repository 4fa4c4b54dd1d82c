/** Work that is begun before it is its turn. */
export interface Ahead<T> {
  readonly name: string;
  /** What came of it; nothing when it failed, which its turn will tell. */
  readonly outcome: Promise<T | undefined>;
  /** Waits for it, as a step: what it says is told from then on, and it throws when the work failed. */
  turn(tell: (line: string) => void): Promise<T>;
}

/** Begins the work now, in silence. */
export function ahead<T>(name: string, work: (progress: (line: string) => void) => Promise<T>): Ahead<T> {
  let listener: ((line: string) => void) | undefined;
  const working = work((line) => listener?.(line));
  return {
    name,
    outcome: working.catch(() => undefined),
    turn: async (tell) => {
      listener = tell;
      return working;
    },
  };
}
