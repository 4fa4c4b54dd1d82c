export interface Deadline {
  readonly key: string;
  /** Milliseconds of a monotonic clock. */
  readonly due: number;
}

/** One deadline per key, the soonest first to hand: a binary heap that knows where each key stands. */
export class Deadlines {
  readonly #heap: Deadline[] = [];
  readonly #places = new Map<string, number>();

  get size(): number {
    return this.#heap.length;
  }

  /** The soonest deadline; which one of equals is not said. */
  first(): Deadline | undefined {
    return this.#heap[0];
  }

  /** Keeps the earlier one of `due` and the deadline that the key has already. */
  setEarliest(key: string, due: number): void {
    const place = this.#places.get(key);
    if (place === undefined) {
      this.#rise(this.#heap.length, { key, due });
    } else if (due < (this.#heap[place]?.due ?? Infinity)) {
      this.#rise(place, { key, due });
    }
  }

  delete(key: string): boolean {
    const place = this.#places.get(key);
    if (place === undefined) return false;
    this.#places.delete(key);
    const last = this.#heap.pop();
    if (last !== undefined && place < this.#heap.length) {
      this.#sink(place, last);
    }
    return true;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#places.clear();
  }

  #put(place: number, deadline: Deadline): void {
    this.#heap[place] = deadline;
    this.#places.set(deadline.key, place);
  }

  /** Puts `deadline` at `place` or as far above as it belongs. */
  #rise(place: number, deadline: Deadline): void {
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.due <= deadline.due) break;
      this.#put(place, parent);
      place = above;
    }
    this.#put(place, deadline);
  }

  /** Puts `deadline` at `place`, as far below, or, if neither child is sooner, as far above as it belongs. */
  #sink(place: number, deadline: Deadline): void {
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      const below = this.#due(right) < this.#due(left) ? right : left;
      const child = this.#heap[below];
      if (child === undefined || child.due >= deadline.due) break;
      this.#put(place, child);
      place = below;
    }
    this.#rise(place, deadline);
  }

  #due(place: number): number {
    return this.#heap[place]?.due ?? Infinity;
  }
}
