/** One instruction of a Dockerfile (docs.docker.com/reference/dockerfile). */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** What follows, with continued lines as one. */
  readonly rest: string;
}

/** A FROM and what follows it. */
export interface Stage {
  /** What follows FROM. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** The arguments before the first stage. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly Stage[];
}

/** Reads a Dockerfile that has no here-documents and no parser directives. */
export function parseDockerfile(text: string): Dockerfile {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const instructions = lines.map((line): Instruction => {
    const [, name = '', rest = ''] = /^\s*(\w+)\s+(.*?)\s*$/.exec(line) ?? [];
    return { name: name.toUpperCase(), rest };
  });
  const starts = instructions.flatMap(({ name }, at) => (name === 'FROM' ? [at] : []));
  const stages = starts.map((start, nth) => ({
    from: instructions[start]?.rest ?? '',
    instructions: instructions.slice(start + 1, starts[nth + 1]),
  }));
  return { globals: instructions.slice(0, starts[0]), stages };
}

/** What a stage copies from the build's context: sources, without options. */
export function copiedFromContext({ instructions }: Stage): readonly string[] {
  return instructions
    .filter(({ name, rest }) => name === 'COPY' && !rest.includes('--from='))
    .flatMap(({ rest }) =>
      rest
        .split(/\s+/)
        .filter((word) => !word.startsWith('--'))
        .slice(0, -1),
    );
}

/** The names and values that an instruction of the form `NAME=VALUE NAME="VALUE"` sets. */
export function pairs(instructions: readonly Instruction[], wanted: string): Readonly<Record<string, string>> {
  const all = instructions.filter(({ name }) => name === wanted).map(({ rest }) => rest);
  const found = all.flatMap((rest) => [...rest.matchAll(/(?<key>[\w.]+)=(?:"(?<quoted>[^"]*)"|(?<plain>\S+))/g)]);
  return Object.fromEntries(
    found.map(({ groups = {} }) => [groups['key'] ?? '', groups['quoted'] ?? groups['plain'] ?? '']),
  );
}
