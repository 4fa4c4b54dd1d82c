import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Every place that looks at a secret value, with the reason why it must. One more is a decision: it is made here.
 *
 * What these lines reveal:
 * - cli/secret-file: the password of the operator's user, into the manifest that its administrator asked for;
 * - controller/look and rewrite-secret: yes or no, whether values are one key;
 * - controller/look-at-connection: a digest of the password, to notice that it changed;
 * - controller/target: a username, a public certificate, and whether a data key is there;
 * - elasticsearch/administration: that password, into the request that makes the user;
 * - elasticsearch/connections: the password, into a digest that tells clients apart;
 * - elasticsearch/endpoint: the operator's credential and a key on its trial, into the Authorization header;
 * - elasticsearch/trial: yes or no, whether a credential can stand in a header;
 * - kubernetes/secret-values: a Secret's data, into the body of its write.
 */
const REVEALING: Readonly<Record<string, number>> = {
  'cli/secret-file.ts': 1,
  'controller/look-at-connection.ts': 1,
  'controller/look.ts': 1,
  'controller/rewrite-secret.ts': 1,
  'controller/target.ts': 3,
  'elasticsearch/administration.ts': 1,
  'elasticsearch/connections.ts': 1,
  'elasticsearch/endpoint.ts': 2,
  'elasticsearch/trial.ts': 1,
  'kubernetes/secret-values.ts': 1,
};

const root = import.meta.dirname;
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** Sources in which `pattern` occurs, with how often. */
function occurrences(pattern: RegExp): Readonly<Record<string, number>> {
  const counted = sources.map(({ path, text }) => [path, [...text.matchAll(pattern)].length] as const);
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}

test('secret values are looked at in these places only', () => {
  expect(occurrences(/\.reveal\(\)/g)).toEqual(REVEALING);
});

test('the domain never looks at one', () => {
  expect(Object.keys(REVEALING).filter((path) => /^(core|api|lib|telemetry)\//.test(path))).toEqual([]);
});

test('the domain neither asks the clock nor throws dice', () => {
  const impure = occurrences(/\bDate\.now\(|new Date\(\)|Math\.random\(|randomUUID|performance\.now/g);
  expect(Object.keys(impure).filter((path) => /^(core|api|lib)\//.test(path))).toEqual([]);
});

test('what only a command needs is loaded when one runs', () => {
  expect(occurrences(/^import .*'(?:commander|yaml)'/gm)).toEqual({});
  expect(
    Object.keys(occurrences(/await import\('(?:commander|yaml)'\)/g)).every((path) => path.startsWith('cli/')),
  ).toBe(true);
});

test('no file is longer than 300 lines', () => {
  const long = sources.filter(({ text }) => text.split('\n').length > 301);
  expect(long.map(({ path }) => path)).toEqual([]);
});
