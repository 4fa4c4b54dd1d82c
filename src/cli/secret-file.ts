import { chmod, rm, writeFile } from 'node:fs/promises';
import type { Sensitive } from '../runtime/sensitive.ts';
import { UsageError, type Terminal } from './terminal.ts';
import { credentialManifest, type WantedUser } from './user.ts';

const STANDARD_OUTPUT = '-';
/** Its owner only. */
const PRIVATE = 0o600;

/** A manifest with a password, written but for standard output, which nothing could take back. */
export interface SecretFile {
  /** Answers what to say of it. */
  keep(terminal: Pick<Terminal, 'out'>): string;
  discard(): Promise<void>;
}

/** The Secrets of a user as manifests in a file, or on standard output (`-`). Throws `UsageError`. */
export async function openSecretFile(file: string, user: WantedUser, password: Sensitive): Promise<SecretFile> {
  const { stringify } = await import('yaml');
  const manifests = user.secrets.map((secret) =>
    credentialManifest(secret, user.name, password).map((manifest) => `---\n${stringify(manifest)}`),
  );
  const text = manifests.map((manifest) => manifest.reveal()).join('');
  const names = user.secrets.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  if (file === STANDARD_OUTPUT) {
    return {
      keep: (terminal) => {
        terminal.out(text);
        return `Secret ${names}: on standard output, for kubectl apply -f -`;
      },
      discard: async () => undefined,
    };
  }
  try {
    // The mode of a file that is there already stays as it is unless it is changed.
    await writeFile(file, '', { mode: PRIVATE });
    await chmod(file, PRIVATE);
    await writeFile(file, text);
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: cannot be written (${code})`);
  }
  return {
    keep: () => `Secret ${names}: in ${file}, for kubectl apply -f ${file}`,
    discard: () => rm(file, { force: true }),
  };
}
