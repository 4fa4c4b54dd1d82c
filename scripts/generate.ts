import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { apiReference } from './generators/api-reference.ts';
import { argocdConfig } from './generators/argocd.ts';
import { chartPage } from './generators/chart-page.ts';
import { chartSchema } from './generators/chart-schema.ts';
import { crds } from './generators/crds.ts';
import { dashboard } from './generators/dashboard.ts';
import type { GeneratedFile, Generator } from './generators/generator.ts';
import { kustomize } from './generators/kustomize.ts';
import { reasonsReference } from './generators/reasons.ts';
import { settingsReference } from './generators/settings.ts';
import { metricsReference } from './generators/metrics-reference.ts';

/**
 * Writes every file that is made from the source. With `--check` it writes nothing, names those that differ, and exits
 * with 1 if there are any.
 */

const GENERATORS: readonly Generator[] = [
  crds,
  apiReference,
  argocdConfig,
  chartSchema,
  chartPage,
  kustomize,
  reasonsReference,
  settingsReference,
  dashboard,
  metricsReference,
];

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

const files = (await Promise.all(GENERATORS.map((generator) => generator()))).flat();
const different = (await Promise.all(files.map(update))).filter((path) => path !== undefined);
for (const path of different) console.log(`${check ? 'differs' : 'written'}: ${path}`);
if (check && different.length > 0) {
  console.error('Generated files are not up to date: run `npm run generate`.');
  process.exitCode = 1;
}

/** The path of the file if it was not up to date. */
async function update({ path, content }: GeneratedFile): Promise<string | undefined> {
  const file = join(root, path);
  const wanted = await format(content, { ...(await resolveConfig(file)), filepath: file });
  const found = await readFile(file, 'utf8').catch(() => undefined);
  if (found === wanted) return undefined;
  if (!check) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, wanted);
  }
  return path;
}
