import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** A package of which something is in the bundle. */
export interface BundledPackage {
  /** From the root of the project, as package-lock.json has it. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX expression (spdx.github.io/spdx-spec, annex "SPDX license expressions"). */
  readonly license: string;
  /** Of the registry's archive, in the form of Subresource Integrity: `sha512-` and base64. */
  readonly integrity: string;
  /** The folders of those that it asks for itself and that are in the bundle, too. */
  readonly dependencies: readonly string[];
}

/** What package-lock.json says of a package. */
interface LockEntry {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The packages that the files of a bundle belong to, and which of them the project itself asks for. */
export interface BundledPackages {
  readonly all: readonly BundledPackage[];
  /** Folders. */
  readonly direct: readonly string[];
}

/** Reads them from package-lock.json. Throws for a file of a package that is not in there, or not with all that is needed. */
export async function packagesOf(inputs: readonly string[]): Promise<BundledPackages> {
  const lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  };
  const folders = [...new Set(inputs.map(folderOf).filter((folder) => folder !== undefined))].toSorted();
  const asked = (folder: string): readonly string[] => {
    const { dependencies, optionalDependencies, peerDependencies } = lock.packages[folder] ?? {};
    const names = Object.keys({ ...peerDependencies, ...optionalDependencies, ...dependencies });
    return names.map((name) => nearest(folders, folder, name)).filter((found) => found !== undefined);
  };
  const all = folders.map((folder) => {
    const { name = nameOf(folder), version, license, integrity } = lock.packages[folder] ?? {};
    if (version === undefined || license === undefined || integrity === undefined) {
      throw new Error(`package-lock.json lacks version, license or integrity of ${folder}`);
    }
    return { folder, name, version, license, integrity, dependencies: asked(folder) };
  });
  return { all, direct: asked('') };
}

/** The texts of a package's licence and notices, by file. Throws where it has none. */
export async function licenceTexts({ folder }: BundledPackage): Promise<readonly string[]> {
  const files = (await readdir(path.join(root, folder))).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  if (files.length === 0) throw new Error(`${folder} has no file with its licence`);
  return Promise.all(files.toSorted().map((name) => readFile(path.join(root, folder, name), 'utf8')));
}

function folderOf(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Where Node finds a package: in the node_modules of the one that asks, or of a folder above (nodejs.org/api/modules). */
function nearest(folders: readonly string[], from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const wanted = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (folders.includes(wanted)) return wanted;
    if (at === '') return undefined;
  }
}
