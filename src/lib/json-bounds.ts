/** The most that a JSON text may stand for. */
export interface JsonBounds {
  /** Objects and lists within each other. */
  readonly depth: number;
  /** Values of any kind, those in objects and lists included. */
  readonly values: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * False for a text that is nested too deep or holds too many values; nothing is parsed to find out. A byte limit alone
 * does not do: `{},` takes twenty times as much memory as text once it is parsed. Of a text that is no JSON the answer
 * means nothing.
 */
export function isWithinBounds(text: string, { depth, values }: JsonBounds): boolean {
  let open = 0;
  let seen = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return true;
    } else if (character === COMMA) {
      seen += 1;
    } else if (character === OPENING_BRACKET || character === OPENING_BRACE) {
      open += 1;
      seen += 1;
    } else if (character === CLOSING_BRACKET || character === CLOSING_BRACE) {
      open -= 1;
    }
    if (open > depth || seen > values) return false;
  }
  return true;
}

/** Where the string ends that begins at `from`; -1: nowhere. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}
