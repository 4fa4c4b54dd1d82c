import { setTimeout as wait } from 'node:timers/promises';
import type { Shell } from './shell.ts';
import { canRedraw, Redrawn, showCommand, styled } from './terminal.ts';

const list = 'kubectl get beatapikeys -n logging';
const untilReady = 'kubectl wait --for=condition=Ready beatapikeys --all -n logging --timeout=60s';

/** Shows the keys until all are Ready: in a table that is drawn again and again, or else in lines. */
export async function readyTable(shell: Shell, signal: AbortSignal): Promise<void> {
  if (!canRedraw) {
    await shell.run(untilReady);
    await shell.run(list);
    return;
  }
  showCommand(`watch ${list}`);
  const table = new Redrawn();
  let waiting = true;
  const ready = shell.output(untilReady).finally(() => {
    waiting = false;
  });
  // Its failure is reported below; the last drawing shows more.
  ready.catch(() => undefined);
  while (waiting) {
    table.draw(colored(await shell.output(list)));
    await wait(200, undefined, { signal });
  }
  table.draw(colored(await shell.output(list)));
  await ready;
}

function colored(table: string): string {
  return table.replaceAll(/ (True|False) /g, (cell, value) => styled(value === 'True' ? 'green' : 'yellow', cell));
}
