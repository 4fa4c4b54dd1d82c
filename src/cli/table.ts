import { visible } from './visible.ts';

/** Rows under a head, in columns as `kubectl get` shows them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows.map((cells) => cells.map(visible))];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 3))
      .join('')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}
