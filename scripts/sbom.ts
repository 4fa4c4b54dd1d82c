/**
 * The bill of materials of the bundle: CycloneDX 1.6, JSON.
 *
 *     npm run sbom               writes dist/beatkeys.cdx.json
 *     npm run sbom -- FILE       writes FILE
 *
 * It is made from what a bundle made here and now contains.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../test/testbed/leftovers.ts';
import { billOfMaterials } from './build/bill-of-materials.ts';
import { bundle } from './build/bundle.ts';
import { DISTRIBUTION } from './build/distribution.ts';
import { packagesOf } from './build/packages.ts';

const [file = path.resolve(import.meta.dirname, '../dist', DISTRIBUTION.billOfMaterials)] = process.argv.slice(2);
const folder = temporaryFolder('sbom');
const { inputs } = await bundle(path.join(folder.path, DISTRIBUTION.program));
await folder.remove();
const packages = await packagesOf(inputs);
await mkdir(path.dirname(file), { recursive: true });
await writeFile(file, billOfMaterials(packages));
console.log(`${path.relative(process.cwd(), file)}: ${packages.all.length} packages`);
