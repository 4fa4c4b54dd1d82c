/** A command of a page, and what the page says that it writes. */
export interface PageCommand {
  readonly command: string;
  readonly output: string;
}

const BLOCK = /```console\n([^]*?)```/g;

/** The commands in the blocks `console` of a Markdown page: each begins with `$ `, and a backslash goes on in the next line. */
export function commandsOf(page: string): readonly PageCommand[] {
  return [...page.matchAll(BLOCK)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = ''] = /^(?:.*\\\n)*.*\n/.exec(text) ?? [];
        return { command: command.trimEnd(), output: text.slice(command.length) };
      }),
  );
}

/** True for a command about objects or keys, which needs an operator; the others need none. */
export const isAboutObjects = ({ command }: PageCommand): boolean =>
  /^beatkeys (?:status|rotate|revoke|list|delete|check|version)\b/.test(command);
