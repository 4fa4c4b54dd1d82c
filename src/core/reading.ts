import type { Failure } from './failure.ts';

/** What a look at another system gave: "could not look" is never "is not there". */
export type Reading<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly failure: Failure };

export const known = <T>(value: T): Reading<T> => ({ known: true, value });
export const unknown = (failure: Failure): Reading<never> => ({ known: false, failure });
