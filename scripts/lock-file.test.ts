import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

test.for(['package-lock.json', 'scripts/node24/package-lock.json'])(
  '%s knows the optional packages of every platform, without which `npm ci` refuses it',
  (name) => {
    const file = path.resolve(import.meta.dirname, '..', name);
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as Lock;
    const missing = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (wanted) => !(`node_modules/${wanted}` in packages) && !(`${at}/node_modules/${wanted}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  },
);
