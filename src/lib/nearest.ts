import { distance } from 'fastest-levenshtein';

/**
 * The known name that the given one was probably meant to be: the nearest by edits, upper and lower case being equal.
 * `undefined` when more than a quarter of its characters would have to change; two may, in names of four or more.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const given = name.toLowerCase();
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const candidate of known) {
    const edits = distance(given, candidate.toLowerCase());
    if (edits <= tolerance(candidate) && (best === undefined || edits < best.edits)) best = { name: candidate, edits };
  }
  return best?.name;
}

function tolerance(name: string): number {
  return name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 4));
}
