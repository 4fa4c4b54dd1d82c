import { stringify } from 'yaml';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../src/api/crd.ts';
import { CHART } from './chart-values.ts';
import type { GeneratedFile } from './generator.ts';

/** `crds/`, one file per kind, and the same among the files of both charts. */
export async function crds(): Promise<readonly GeneratedFile[]> {
  return ['crds', `${CHART}/files/crds`, `${CHART}-crds/files/crds`].flatMap((folder) =>
    CUSTOM_RESOURCE_DEFINITIONS.map((definition) => ({
      path: `${folder}/${definition.metadata.name}.yaml`,
      content: `# Made from src/api by \`npm run generate\`.\n${stringify(definition, { lineWidth: 0 })}`,
    })),
  );
}
