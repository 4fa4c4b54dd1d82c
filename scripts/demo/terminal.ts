import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

let headings = 0;

/** Whether what is written can be drawn over: a terminal, and one that moves its cursor. */
export const canRedraw = process.stdout.isTTY && process.env['TERM'] !== 'dumb';

/** The text in that style, where the terminal shows colour and nobody asked for none (`NO_COLOR`). */
export function styled(format: Format, text: string): string {
  return styleText(format, text, { stream: process.stdout });
}

/** Begins the next numbered part of the story. */
export function heading(title: string): void {
  headings += 1;
  console.log(`\n${styled(['bold', 'cyan'], `${headings}. ${title}`)}`);
}

/** Says something in words. */
export function say(sentence: string): void {
  console.log(sentence);
}

/** Says how far something is that takes a while. */
export function tell(line: string): void {
  console.log(styled('dim', `   ${line}`));
}

/** Shows a command as a user types it. */
export function showCommand(line: string): void {
  console.log(styled('bold', `$ ${line}`));
}

/** Shows what a command wrote. */
export function showOutput(output: string): void {
  const text = output.trimEnd();
  if (text !== '') console.log(text);
}

/** Text that is drawn again in its place, as wide as the terminal at most. */
export class Redrawn {
  #lines = 0;

  draw(text: string): void {
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(0, process.stdout.columns - 1));
    const back = this.#lines === 0 ? '' : `\u001B[${this.#lines}A\u001B[J`;
    process.stdout.write(`${back}${lines.map((line) => `${line}\n`).join('')}`);
    this.#lines = lines.length;
  }
}
