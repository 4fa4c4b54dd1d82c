import { Sensitive } from '../runtime/sensitive.ts';
import { textOf } from './manifests.ts';
import { UsageError, type Terminal } from './terminal.ts';

/** The password in a file, without the end of its line. Throws `UsageError`. */
export async function passwordIn(file: string): Promise<Sensitive> {
  const text = (await textOf(file)).replace(/\r?\n$/, '');
  if (text === '') throw new UsageError(`${file}: is empty, and should hold a password`);
  return new Sensitive(text);
}

/** The password in the environment. Throws `UsageError`. */
export function passwordFrom({ ES_PASSWORD }: Terminal['env']): Sensitive {
  if (ES_PASSWORD === undefined || ES_PASSWORD === '')
    throw new UsageError("give the user's password by --password-file, or as ES_PASSWORD");
  return new Sensitive(ES_PASSWORD);
}
