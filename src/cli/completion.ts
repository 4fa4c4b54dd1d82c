import type { Command } from './program.ts';

/** What the API server has to be asked for. */
export type Wish = 'BeatApiKeys' | 'connections' | 'namespaces' | 'contexts';

/** What could stand in the place of the last word. */
export interface Candidates {
  readonly texts: readonly string[];
  readonly wish?: Wish;
}

/** What the arguments of commands name. */
const ARGUMENTS: Readonly<Record<string, Wish>> = {
  status: 'BeatApiKeys',
  rotate: 'BeatApiKeys',
  revoke: 'BeatApiKeys',
  role: 'connections',
};
/** What the values of options name. */
const VALUES: Readonly<Record<string, Wish>> = {
  '--namespace': 'namespaces',
  '--operator-namespace': 'namespaces',
  '--for-namespace': 'namespaces',
  '--connection': 'connections',
  '--context': 'contexts',
};

/** The candidates for the last of the words behind the program's name. */
export function candidates(program: Command, given: readonly string[]): Candidates {
  const words = wordsOf(given);
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = program.commands.find((one) => one.name() === before[0]);
  if (command === undefined) {
    if (before.length > 0) return { texts: [] };
    return starting(last, [...visible(program), ...(last.startsWith('-') ? flags(program) : [])]);
  }
  const option = command.options.find(({ long, short }) => [long, short].includes(before.at(-1)));
  if (option !== undefined && (option.required || option.optional)) {
    const wish = VALUES[option.long ?? ''];
    return { ...starting(last, option.argChoices ?? []), ...(wish === undefined ? {} : { wish }) };
  }
  if (last.startsWith('-')) return starting(last, flags(command));
  const [argument] = command.registeredArguments;
  const wish = ARGUMENTS[command.name()];
  return { ...starting(last, argument?.argChoices ?? []), ...(wish === undefined ? {} : { wish }) };
}

const WITH_VALUE = /^(--[a-z-]+)=(.*)$/;

/** Where the last word begins an option's value, what stands before that value; and the begin of what is wanted. */
export function lastWord(given: readonly string[]): { readonly before: string; readonly begin: string } {
  const [, option] = WITH_VALUE.exec(given.at(-1) ?? '') ?? [];
  return { before: option === undefined ? '' : `${option}=`, begin: wordsOf(given).at(-1) ?? '' };
}

/** zsh and kubectl take `--option=value` for one word, bash for three. */
const wordsOf = (given: readonly string[]): readonly string[] => {
  const words = given.flatMap((word) => {
    const [, option, value] = WITH_VALUE.exec(word) ?? [];
    return option === undefined || value === undefined ? [word] : [option, value];
  });
  return words.filter((word, index) => word !== '=' || index === 0).map((word) => (word === '=' ? '' : word));
};

/** The value of the first of these options among the words. */
export function valueIn(words: readonly string[], ...options: readonly string[]): string | undefined {
  const all = wordsOf(words);
  const at = all.findIndex((word) => options.includes(word));
  return at === -1 || at + 1 >= all.length - 1 ? undefined : all[at + 1];
}

const visible = ({ commands }: Command): readonly string[] =>
  commands.map((command) => command.name()).filter((name) => !name.startsWith('_'));

const flags = (command: Command): readonly string[] => [
  ...command.options.flatMap(({ long }) => (long === undefined ? [] : [long])),
  '--help',
];

const starting = (begin: string, texts: readonly string[]): Candidates => ({
  texts: texts.filter((text) => text.startsWith(begin)),
});

export const SHELLS = ['bash', 'zsh', 'kubectl'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a shell has to read to complete the commands; each asks the program itself. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for beatkeys: source <(beatkeys completion bash)
_beatkeys() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _beatkeys beatkeys kubectl-beatkeys
`,
  zsh: `#compdef beatkeys kubectl-beatkeys
# zsh completion for beatkeys: source <(beatkeys completion zsh), after compinit
_beatkeys() {
  local -a found
  found=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
if [[ "\${funcstack[1]}" == "_beatkeys" ]]; then _beatkeys "$@"; else compdef _beatkeys beatkeys kubectl-beatkeys; fi
`,
  kubectl: `#!/bin/sh
# kubectl asks this program to complete kubectl beatkeys: save it as kubectl_complete-beatkeys in a folder of PATH
kubectl beatkeys __complete -- "$@" 2>/dev/null
echo :4
`,
};
