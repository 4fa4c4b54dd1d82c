/**
 * Loaded into an operator before its own program (`node --import`): a moment later something that nobody catches is
 * thrown, with the value of `CANARY` wherever an error can carry something. `BREAKS`: how.
 */
const canary = process.env['CANARY'] ?? '';

function broken(): Error {
  const cause = new TypeError(`could not read ${canary}`, { cause: canary });
  const error = new AggregateError([new Error(canary), cause], `refused: Authorization: Basic ${canary}`, { cause });
  return Object.assign(error, {
    code: canary,
    password: canary,
    response: { headers: { authorization: canary }, body: canary },
  });
}

const WAYS: Readonly<Record<string, () => unknown>> = {
  thrown: () => {
    throw broken();
  },
  rejected: () => void Promise.reject(broken()),
  'thrown as a text': () => {
    // eslint-disable-next-line typescript/only-throw-error -- Anything can be thrown.
    throw canary;
  },
  'an error event': () => process.stdin.emit('error', broken()),
};

setTimeout(() => WAYS[process.env['BREAKS'] ?? '']?.(), 1_000);
