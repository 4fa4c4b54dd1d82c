import { licenceTexts, type BundledPackage } from './packages.ts';

const RULE = '='.repeat(80);

/** The licences and notices of all packages in the bundle, as the licences themselves ask for. Throws where one has none. */
export async function notices(packages: readonly BundledPackage[]): Promise<string> {
  const sections = await Promise.all(
    packages.map(async (each) => {
      const texts = await licenceTexts(each);
      return [heading(each), ...texts.map((text) => text.trim())].join('\n\n');
    }),
  );
  const first = `beatkeys.mjs contains parts of these packages, each under its own licence.`;
  return `${[first, ...sections].join(`\n\n${RULE}\n`)}\n`;
}

/** The line by which a package is found in the notices. */
export function heading({ name, version, license }: BundledPackage): string {
  return `${name} ${version} (${license})`;
}
