/** Closes a `switch` over a union: does not compile while a member is missing, and throws should one slip in at run time. */
export function assertNever(value: never, what = 'value'): never {
  throw new TypeError(`unexpected ${what}`, { cause: value });
}
