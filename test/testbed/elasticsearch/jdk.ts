import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The oldest Java that runs every release of the test bed. */
const oldestJava = 21;

/**
 * The folder of a JDK of 21 or newer: `ES_JAVA_HOME`, `JAVA_HOME`, then where Debian, Fedora and macOS keep them.
 * Throws, saying what to do, when there is none.
 */
export function findJdk(): string {
  const given = [process.env['ES_JAVA_HOME'], process.env['JAVA_HOME']].filter((home) => home !== undefined);
  const installed = [
    ...inside('/usr/lib/jvm', ''),
    ...inside('/Library/Java/JavaVirtualMachines', 'Contents/Home'),
    ...inside('/opt/homebrew/opt', 'libexec/openjdk.jdk/Contents/Home'),
  ];
  const found = [...given, ...installed].find(
    (home) => javaVersion(home) >= oldestJava && existsSync(path.join(home, 'bin/javac')),
  );
  if (found === undefined) {
    throw new Error(
      `A JDK of version ${oldestJava} or newer is missing: install one, or name its folder in JAVA_HOME.`,
    );
  }
  return found;
}

function inside(folder: string, below: string): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => path.join(folder, name, below));
  } catch {
    return [];
  }
}

/** The major version that the JDK's `release` file names; 0 when there is none. */
function javaVersion(home: string): number {
  try {
    return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(path.join(home, 'release'), 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
