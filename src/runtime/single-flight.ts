/** One run at a time, shared by all who ask: for looks at the world that are dear, such as an inventory. */
export class SingleFlight<T> {
  readonly #run: () => Promise<T>;
  #current: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(run: () => Promise<T>) {
    this.#run = run;
  }

  /** The run in flight, or a new one. What it saw may be older than this call. */
  join(): Promise<T> {
    return this.#current ?? this.#next ?? this.#begin();
  }

  /** A run that begins after this call, shared with all who ask for one before it begins. */
  fresh(): Promise<T> {
    if (this.#next !== undefined) return this.#next;
    if (this.#current === undefined) return this.#begin();
    const begin = (): Promise<T> => this.#begin();
    this.#next = this.#current.then(begin, begin);
    return this.#next;
  }

  #begin(): Promise<T> {
    this.#next = undefined;
    const run = (async () => this.#run())();
    const ended = (): void => {
      this.#current = undefined;
    };
    this.#current = run;
    run.then(ended, ended);
    return run;
  }
}
