import { reportFigures } from '../figures.ts';

/** Says how many seconds went by since `since` (`performance.now()`), as figure `leaders.NAME`; nothing depends on it. */
export function tellSeconds(name: string, since: number): void {
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  console.log(`leaders.${name}: ${seconds} s`);
  reportFigures({ [`leaders.${name}`]: seconds });
}
