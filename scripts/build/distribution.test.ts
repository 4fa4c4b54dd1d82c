import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/testbed/leftovers.ts';
import { billOfMaterials, packageURL } from './bill-of-materials.ts';
import { DISTRIBUTION, writeDistribution } from './distribution.ts';
import { heading, notices } from './notices.ts';
import { licenceTexts, packagesOf } from './packages.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = temporaryFolder('distribution-test');
afterAll(folder.remove);
const { inputs } = await writeDistribution(folder.path);
const { all: packages } = await packagesOf(inputs);
const read = (name: string) => readFileSync(path.join(folder.path, name), 'utf8');

/** Package names in the bundled files' paths, found by other means than the build's. */
const names = [...new Set(inputs.filter((file) => file.includes('node_modules/')).map(nameIn))].toSorted();
function nameIn(file: string): string {
  const [first = '', second = ''] = (file.split('node_modules/').at(-1) ?? '').split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

test('Of the Kubernetes client the program has what reads kubeconfigs, and no class of an API', () => {
  const client = inputs.filter((file) => file.includes('/@kubernetes/client-node/dist/'));
  expect(client.map((file) => path.basename(file))).toContain('config.js');
  expect(client.filter((file) => /\/gen\/(apis|models|types)\//.test(file))).toEqual([]);
});

// That the program is the same when it is made twice is told by the proof of the image: making it takes long.
test('Nothing of what is made says where it was made', () => {
  for (const name of Object.values(DISTRIBUTION)) {
    for (const place of [`${root}/src`, `${root}/node_modules`, folder.path]) expect(read(name)).not.toContain(place);
  }
});

test('Notices and bill of materials are the same whatever order the files come in', async () => {
  const again = await packagesOf(inputs.toReversed());
  expect(await notices(again.all)).toBe(read(DISTRIBUTION.notices));
  expect(billOfMaterials(again)).toBe(read(DISTRIBUTION.billOfMaterials));
});

describe('The notices', () => {
  const text = read(DISTRIBUTION.notices);

  test('name every package in the bundle, with all of its licence', async () => {
    expect([...new Set(packages.map(({ name }) => name))].toSorted()).toEqual(names);
    for (const each of packages) {
      const [before, section] = text.split(`\n${heading(each)}\n`);
      expect([each.name, before !== undefined && section !== undefined]).toEqual([each.name, true]);
      const upToNext = section?.split(`\n${'='.repeat(80)}\n`)[0];
      for (const licence of await licenceTexts(each)) expect(upToNext).toContain(licence.trim());
    }
  });

  test('say of which licences they are, all of which allow to pass the program on', () => {
    const allowed = ['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'];
    expect(packages.filter(({ license }) => !allowed.includes(license))).toEqual([]);
  });
});

interface BillOfMaterials {
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly hashes: readonly { readonly alg: string; readonly content: string }[];
    readonly licenses: readonly { readonly expression: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** The schema of CycloneDX, as its own library has it. */
function validator() {
  const library = path.dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'));
  const schema = (name: string) =>
    JSON.parse(readFileSync(path.join(library, `res/schema/${name}.SNAPSHOT.schema.json`), 'utf8')) as object;
  const [main, spdx, signature] = ['bom-1.6', 'spdx', 'jsf-0.82'].map(schema) as [object, object, object];
  // The main schema refers to these names; the files have other ids.
  const schemas = {
    'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json': spdx,
    'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json': signature,
  };
  const ajv = new Ajv({ strict: false, schemas });
  formats.default(ajv);
  // Nobody has written a check of these two; there is no address of either form in ours.
  for (const format of ['idn-email', 'iri-reference']) ajv.addFormat(format, true);
  return ajv.compile(main);
}

describe('The bill of materials', () => {
  const bill = JSON.parse(read(DISTRIBUTION.billOfMaterials)) as BillOfMaterials;
  const validate = validator();

  test('is valid against the schema of CycloneDX, which refuses one with a mistake', () => {
    expect([validate(bill), validate.errors]).toEqual([true, null]);
    const [first] = bill.components;
    expect(validate({ ...bill, components: [{ ...first, hashes: [{ alg: 'SHA-512', content: 'none' }] }] })).toBe(
      false,
    );
    expect(validate({ ...bill, components: [{ ...first, licenses: [{ license: { id: 'None-1.0' } }] }] })).toBe(false);
  });

  test('names every package in the bundle, once, and no other', () => {
    expect([...new Set(bill.components.map(({ name }) => name))].toSorted()).toEqual(names);
    const refs = bill.components.map((each) => each['bom-ref']);
    expect(refs.toSorted()).toEqual(packages.map(({ folder }) => folder).toSorted());
  });

  test('says of each what is installed: version, licence, archive', () => {
    for (const { folder, integrity, ...each } of packages) {
      const { name, version } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as {
        readonly name: string;
        readonly version: string;
      };
      const found = bill.components.find((component) => component['bom-ref'] === folder);
      expect(found).toMatchObject({ name, version, purl: packageURL({ folder, integrity, ...each }) });
      expect(found?.licenses).toEqual([{ expression: each.license }]);
      const digest = found?.hashes.map(({ alg, content }) => [alg, Buffer.from(content, 'hex').toString('base64')]);
      expect(digest).toEqual([['SHA-512', integrity.replace('sha512-', '')]]);
    }
  });

  test('says who asks for whom, so that every package is reached from the program', () => {
    const dependsOn = new Map(bill.dependencies.map(({ ref, dependsOn: on = [] }) => [ref, on]));
    const reached = new Set(['beatkeys']);
    for (const ref of reached) for (const next of dependsOn.get(ref) ?? []) reached.add(next);
    expect([...reached].toSorted()).toEqual(['beatkeys', ...bill.components.map((each) => each['bom-ref'])].toSorted());
  });
});
