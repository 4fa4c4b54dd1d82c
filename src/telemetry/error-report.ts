import { Failure } from '../core/failure.ts';

/** What a log line may say of an error. Field names are those of the Elastic Common Schema where it has one. */
export interface ErrorReport {
  readonly type: string;
  readonly code?: string | number;
  readonly message?: string;
  readonly stack_trace?: string;
  readonly cause?: ErrorReport;
  readonly errors?: readonly ErrorReport[];
  readonly [field: string]: unknown;
}

const DEPTH = 4;
const ERRORS = 5;
const FRAMES = 12;

/** What V8 writes, and nothing that a message could smuggle in beside a place in a file. */
const FRAME = /^ {4}at (?:async )?(?:[\w$.<>#[\] ]{1,200} \()?(?:file:\/\/|node:|\/)[^\s()]{1,400}:\d+:\d+\)?$/;
const TYPE = /^[A-Za-z_$][\w$]{0,63}$/;
/** Node's, OpenSSL's and undici's; a key is never all in capitals. */
const CODE = /^[A-Z][A-Z0-9_]{2,63}$/;

/**
 * Says what went wrong without repeating what another system said. A `Failure` shows its fields, which are our own
 * words. Of any other error only the type, the code and the stack's places are shown: its message may be a server's.
 */
export function reportError(error: unknown, depth: number = DEPTH): ErrorReport {
  if (error instanceof Failure) return reportFailure(error);
  if (!(error instanceof Error)) return { type: typeof error };
  const stack = places(error);
  return {
    type: typeOf(error),
    ...codeOf(error),
    ...(stack === '' ? {} : { stack_trace: stack }),
    ...(depth > 1 && error.cause !== undefined ? { cause: reportError(error.cause, depth - 1) } : {}),
    ...(depth > 1 && error instanceof AggregateError
      ? { errors: error.errors.slice(0, ERRORS).map((one) => reportError(one, depth - 1)) }
      : {}),
  };
}

function reportFailure(failure: Failure): ErrorReport {
  const { kind, system, operation, code, detail, retryAfterMs, outcomeUnknown } = failure;
  return {
    type: 'Failure',
    message: failure.message,
    kind,
    system,
    operation,
    code,
    ...(detail === '' ? {} : { detail }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(outcomeUnknown ? { outcomeUnknown } : {}),
  };
}

function typeOf(error: Error): string {
  const { name } = error.constructor;
  return TYPE.test(name) ? name : 'Error';
}

function codeOf(error: Error): { code?: string | number } {
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return { code };
  return typeof code === 'string' && CODE.test(code) ? { code } : {};
}

/** The frames of the stack: without the head, which repeats the message, and without the runtime's own. */
function places(error: Error): string {
  const { stack = '', message } = error;
  const head = message === '' ? -1 : stack.indexOf(message);
  const body = head < 0 ? stack : stack.slice(head + message.length);
  return body
    .split('\n')
    .filter((line) => FRAME.test(line) && !line.includes('node:internal'))
    .slice(0, FRAMES)
    .map((line) => line.trim())
    .join('\n');
}
