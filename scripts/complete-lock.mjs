// Completes package-lock.json after `npm install`: `node scripts/complete-lock.mjs [FILE]`.
// npm leaves optional packages of other platforms out of the lock file where the registry at hand does not have them,
// and `npm ci` then refuses the file. An entry needs only version, os and cpu; npm fills in the rest on that platform.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const PLATFORM =
  /(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|aix|win32)(?:[-_/](arm64|armv7|arm|x64|ia32|ppc64|riscv64|s390x|loong64|mips64el|universal))?/;

const file = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { '': root, ...packages } = lock.packages;
const added = Object.entries(packages).flatMap(([at, { optionalDependencies = {}, dev, devOptional }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !(`node_modules/${name}` in packages) && !(`${at}/node_modules/${name}` in packages))
    .map(([name, version]) => [`node_modules/${name}`, entry(name, version, dev === true || devOptional === true)]),
);
const sorted = Object.entries({ ...packages, ...Object.fromEntries(added) }).toSorted(([a], [b]) => (a < b ? -1 : 1));
lock.packages = { '': root, ...Object.fromEntries(sorted) };
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(`${added.length} entries added to ${file}`);

function entry(name, version, dev) {
  const [, os, cpu] = PLATFORM.exec(name) ?? [];
  const libc = os === 'linux' && /musl|gnu/.test(name) ? [name.includes('musl') ? 'musl' : 'glibc'] : undefined;
  return {
    version,
    ...(cpu === undefined ? {} : { cpu: [cpu === 'armv7' ? 'arm' : cpu] }),
    ...(dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc }),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  };
}
