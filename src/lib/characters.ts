/** How many code points a text has: what the API server counts, and what a reader takes for characters. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
