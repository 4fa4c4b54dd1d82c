import { mkdtempSync, writeFileSync } from 'node:fs';
import { chooseProvider, startTestbed } from '../test/testbed/testbed.ts';
import { temporaryFolder } from '../test/testbed/leftovers.ts';
import path from 'node:path';

const progress = (line: string) => console.error(line);
const testbed = await startTestbed(chooseProvider(), {}, progress);
const { controlPlane, elasticsearch } = testbed.coordinates;
const folder = temporaryFolder('exports');
const es8 = elasticsearch.find(({ version }) => version.startsWith('8'))!;
const es9 = elasticsearch.find(({ version }) => version.startsWith('9'))!;
const ca = path.join(folder.path, 'es8-ca.crt');
writeFileSync(ca, es8.ca!);
const text = Object.entries({
  KUBECONFIG: controlPlane.kubeconfig,
  KUBECTL: controlPlane.kubectlPath,
  HELM: controlPlane.helmPath,
  ES9_URL: es9.url,
  ES8_URL: es8.url,
  ES_PASSWORD: es9.password,
  ES8_CA: ca,
})
  .map(([name, value]) => `export ${name}=${value}\n`)
  .join('');
console.log(text);
if (process.argv[2]) writeFileSync(process.argv[2], text);
