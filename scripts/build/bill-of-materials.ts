import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import packageJson from '../../package.json' with { type: 'json' };
import type { BundledPackage, BundledPackages } from './packages.ts';

/**
 * The bill of materials of a bundle: CycloneDX 1.6 as JSON (cyclonedx.org/docs/1.6/json). Without time and serial number,
 * so that it is the same for the same bundle.
 */
export function billOfMaterials({ all, direct }: BundledPackages): string {
  const components = new Map(all.map((each) => [each.folder, component(each)]));
  const refs = (folders: readonly string[]) =>
    new Models.BomRefRepository(
      folders.map((folder) => components.get(folder)?.bomRef).filter((ref) => ref !== undefined),
    );
  for (const { folder, dependencies } of all) {
    const of = components.get(folder);
    if (of !== undefined) of.dependencies = refs(dependencies);
  }
  const { name, version, license, description } = packageJson;
  const program = new Models.Component(Enums.ComponentType.Application, name, {
    ...{ bomRef: name, version, description, dependencies: refs(direct) },
    licenses: new Models.LicenseRepository([new Models.LicenseExpression(license)]),
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({
      component: program,
      lifecycles: new Models.LifecycleRepository([Enums.LifecyclePhase.Build]),
    }),
    components: new Models.ComponentRepository(components.values()),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** The URL of a package of npm (github.com/package-url/purl-spec, type npm). */
export function packageURL({ name, version }: BundledPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function component(bundled: BundledPackage): Models.Component {
  const { folder, name, version, license, integrity } = bundled;
  return new Models.Component(Enums.ComponentType.Library, name, {
    ...{ bomRef: folder, version, purl: packageURL(bundled) },
    licenses: new Models.LicenseRepository([new Models.LicenseExpression(license)]),
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-512'], sha512(integrity)]]),
  });
}

/** Hexadecimal. Throws for another algorithm. */
function sha512(integrity: string): string {
  const base64 = /^sha512-(?<digest>[\w+/]+=*)$/.exec(integrity)?.groups?.['digest'];
  if (base64 === undefined) throw new Error('package-lock.json has an integrity that is not one SHA-512');
  return Buffer.from(base64, 'base64').toString('hex');
}
