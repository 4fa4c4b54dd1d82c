import { stringify } from 'yaml';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../src/api/crd.ts';
import type { GeneratedFile } from './generator.ts';

/** `crds/`: one file per kind. */
export async function crds(): Promise<readonly GeneratedFile[]> {
  return CUSTOM_RESOURCE_DEFINITIONS.map((definition) => ({
    path: `crds/${definition.metadata.name}.yaml`,
    content: `# Made from src/api by \`npm run generate\`.\n${stringify(definition, { lineWidth: 0 })}`,
  }));
}
