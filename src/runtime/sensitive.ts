import { inspect } from 'node:util';

/**
 * A value that must not be shown: a key's secret half, a password. It prints as `[sensitive]` wherever a value can
 * print itself (string, JSON, inspect); only `reveal` gives it, and its call sites are counted by a test.
 */
export class Sensitive<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  /** A Sensitive made from this one; `change` must not keep its argument. */
  map<U>(change: (value: T) => U): Sensitive<U> {
    return new Sensitive(change(this.#value));
  }

  toString(): string {
    return '[sensitive]';
  }

  toJSON(): string {
    return '[sensitive]';
  }

  [inspect.custom](): string {
    return '[sensitive]';
  }
}
