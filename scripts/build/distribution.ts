import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundle, type Bundled } from './bundle.ts';
import { notices } from './notices.ts';
import { packagesOf } from './packages.ts';
import { billOfMaterials } from './bill-of-materials.ts';

/** What is shipped, by file name. */
export const DISTRIBUTION = {
  program: 'beatkeys.mjs',
  notices: 'THIRD-PARTY-NOTICES.txt',
  billOfMaterials: 'beatkeys.cdx.json',
} as const;

/** Writes the operator as one file, the licences of the packages in it, and its bill of materials into a folder. */
export async function writeDistribution(folder: string): Promise<Bundled> {
  await mkdir(folder, { recursive: true });
  const bundled = await bundle(path.join(folder, DISTRIBUTION.program));
  const packages = await packagesOf(bundled.inputs);
  await writeFile(path.join(folder, DISTRIBUTION.notices), await notices(packages.all));
  await writeFile(path.join(folder, DISTRIBUTION.billOfMaterials), billOfMaterials(packages));
  return bundled;
}
