import { styleText } from 'node:util';

/** What every line carries and nobody at a terminal asks for. */
const DULL = new Set(['ecs.version', 'service.name', 'service.version']);
const STYLES = { debug: 'dim', info: 'green', warn: 'yellow', error: 'red' } as const;
/** As far as texts without blanks go bare. */
const BARE = /^[\w./:@+-]+$/;
/** What moves a cursor or speaks to a terminal, beyond what JSON escapes: the C1 controls, and DEL. */
const CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * A line of the log for a person: time, level, message, and the other fields as `name=value`. What is no line of ours
 * stays as it is. `colour` marks the level.
 */
export function readableLine(line: string, colour: boolean): string {
  const fields = parsed(line);
  if (fields === undefined) return line;
  const { 'log.level': level, '@timestamp': time, message, ...rest } = fields;
  const name = String(level);
  const shown = name.toUpperCase().padEnd(5);
  const style = Object.hasOwn(STYLES, name) ? STYLES[name as keyof typeof STYLES] : undefined;
  const pairs = Object.entries(rest).filter(([field]) => !DULL.has(field));
  const words = [
    String(time).replace(/^.*T/, ''),
    colour && style !== undefined ? styleText(style, shown, { validateStream: false }) : shown,
    harmless(String(message)),
    ...pairs.map(([field, value]) => `${harmless(field)}=${valueText(value)}`),
  ];
  return `${words.join(' ')}\n`;
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const valueText = (value: unknown): string =>
  typeof value === 'string' && BARE.test(value) ? value : escaped(JSON.stringify(value));

/** JSON's own escapes, without its quotes. */
const harmless = (text: string): string => escaped(JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"'));

const escaped = (text: string): string =>
  text.replaceAll(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
