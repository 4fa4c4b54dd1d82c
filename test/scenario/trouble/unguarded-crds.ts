import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { temporaryFolder } from '../../testbed/leftovers.ts';

interface Definition {
  readonly spec: {
    readonly versions: {
      selectableFields?: unknown;
      readonly schema: { readonly openAPIV3Schema: Record<string, unknown> & { properties: Record<string, unknown> } };
    }[];
  };
}

/** A folder with definitions of our kinds that take any spec, as old or damaged ones in a cluster may. Remove it. */
export async function writeUnguardedCrds(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const source = path.resolve(import.meta.dirname, '../../../crds');
  const folder = temporaryFolder('crds');
  for (const file of await readdir(source)) {
    const definition = parse(await readFile(path.join(source, file), 'utf8')) as Definition;
    for (const version of definition.spec.versions) {
      const schema = version.schema.openAPIV3Schema;
      schema.properties['spec'] = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      delete schema['x-kubernetes-validations'];
      delete version.selectableFields;
    }
    await writeFile(path.join(folder.path, file), stringify(definition));
  }
  return folder;
}
