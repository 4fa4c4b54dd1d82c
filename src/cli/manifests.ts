import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Terminal, UsageError } from './terminal.ts';

/** One object as a file has it. */
export interface Manifest {
  /** `FILE, document 2`. */
  readonly place: string;
  readonly value: unknown;
}

/** Something that is wrong, and where: `object` is `BeatApiKey logging/packetbeat`, where there is one to name. */
export interface Complaint {
  readonly place: string;
  readonly object?: string;
  readonly message: string;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly complaints: readonly Complaint[];
}

export const complaintText = ({ place, object, message }: Complaint): string =>
  [place, ...(object === undefined ? [] : [object]), message].join(': ');

const STANDARD_INPUT = '-';
/** As `kubectl apply -f FOLDER` takes them. */
const EXTENSIONS = ['.yaml', '.yml', '.json'];

/** Every object of some files, of the files of folders, and of standard input (`-`). Throws `UsageError`. */
export async function readManifests(names: readonly string[], terminal: Pick<Terminal, 'read'>): Promise<Manifests> {
  const read: Manifests[] = [];
  for (const name of new Set(names)) {
    if (name === STANDARD_INPUT) read.push(await parseManifests('standard input', await terminal.read()));
    else for (const file of await filesOf(name)) read.push(await parseManifests(file, await textOf(file)));
  }
  return {
    manifests: read.flatMap(({ manifests }) => manifests),
    complaints: read.flatMap(({ complaints }) => complaints),
  };
}

async function filesOf(name: string): Promise<readonly string[]> {
  try {
    if (!(await stat(name)).isDirectory()) return [name];
    const names = (await readdir(name)).filter((each) => EXTENSIONS.includes(path.extname(each)));
    return names.toSorted().map((each) => path.join(name, each));
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** The text of a file. Throws `UsageError`. */
export async function textOf(name: string): Promise<string> {
  try {
    return await readFile(name, 'utf8');
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, error: unknown): UsageError {
  const { code } = error as NodeJS.ErrnoException;
  return new UsageError(
    `${name}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code ?? 'error'})`}`,
  );
}

/**
 * The documents of a text, read as the API server's clients read them: YAML 1.1 without its times. Lists are taken apart.
 * Of what cannot be read no line is repeated: it may be a Secret's.
 */
export async function parseManifests(file: string, text: string): Promise<Manifests> {
  // Only commands read manifests, the operator never does.
  const { parseAllDocuments } = await import('yaml');
  const documents = parseAllDocuments(text, { version: '1.1', customTags: (tags) => tags.filter(isTagOfKubernetes) });
  const complaints: Complaint[] = [];
  const manifests = documents.flatMap((document, index) => {
    const place = `${file}, document ${index + 1}`;
    const [error] = document.errors;
    if (error !== undefined) {
      complaints.push({ place, message: firstLine(error.message) });
      return [];
    }
    try {
      return objectsIn({ place, value: document.toJS() as unknown });
    } catch {
      complaints.push({ place, message: 'has too many aliases' });
      return [];
    }
  });
  return { manifests, complaints };
}

/** Text that looks like a time stays text, as for `kubectl`. */
function isTagOfKubernetes(tag: unknown): boolean {
  const { tag: name, format } = tag as { readonly tag?: string; readonly format?: string };
  return name !== 'tag:yaml.org,2002:timestamp' && format !== 'TIME';
}

const firstLine = (message: string): string => (message.split('\n')[0] ?? '').replace(/:$/, '');

function objectsIn(manifest: Manifest): readonly Manifest[] {
  const { place, value } = manifest;
  if (value === null || value === undefined) return [];
  const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [manifest];
  return items.map((item: unknown, index) => ({ place: `${place}, item ${index + 1}`, value: item }));
}
