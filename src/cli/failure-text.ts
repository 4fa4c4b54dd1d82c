import { Failure } from '../core/failure.ts';

/** The adapters speak of the operator, whose requests they were made for; who runs a command is somebody else. */
const WORDS: readonly (readonly [ofOperator: RegExp, ofCaller: string])[] = [
  [/\bthe operator lacks the right\b/g, 'you lack the right'],
  [/\bthe credential of the operator\b/g, 'your credential'],
  [/\bthe operator's user name\b/g, 'this user name'],
  [/\b(the) operator's user\b/gi, '$1 user'],
];

/** What went wrong, in one line for who runs a command. */
export function callerText({ system, kind, operation, code, detail }: Failure): string {
  const said = WORDS.reduce((text, [ofOperator, ofCaller]) => text.replace(ofOperator, ofCaller), detail);
  if (kind === 'denied' && said !== '') return said;
  if (said !== '') return `${system}: ${operation}: ${said}`;
  return kind === 'unavailable'
    ? `${system} does not answer (${operation}: ${code})`
    : `${system}: ${operation}: ${code}`;
}

/** True where the caller lacks a right, unlike one whose credential is not accepted at all. */
export const isForbidden = (error: unknown): error is Failure =>
  error instanceof Failure && error.kind === 'denied' && error.code !== 'HTTP 401';
