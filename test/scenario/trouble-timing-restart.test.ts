import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { externalServersGiven } from '../testbed/external.ts';
import { openOwnPlane, type OwnPlane } from './trouble/own.ts';
import { rounds } from './trouble/rounds.ts';
import { untilWhole } from './trouble/whole.ts';

const spec = { roleDescriptors: { role: { cluster: ['monitor'] } } };

describe.skipIf(externalServersGiven)('An API server that goes away and comes back with the same data', () => {
  let own: OwnPlane;
  beforeAll(async () => {
    // An API server that has just started refuses what it grants until it has read its roles.
    own = await openOwnPlane(undefined, { refused: true });
  });
  afterAll(() => own.close());

  test('finds everything as it left it, and an operator that goes on', async ({ skip }) => {
    const { plane, site, world } = own;
    const { objects } = site;
    const { interrupt } = plane;
    if (interrupt === undefined) return skip('this test bed cannot interrupt a control plane');
    const issued = [await objects.issue('first', spec), await objects.issue('second', spec)];
    const secrets = await objects.list('Secret');
    const { length: said } = world.operator.lines;
    await interrupt.stop();
    await world.operator.untilLine('a watch was interrupted', said);
    await interrupt.start();
    await objects.issue('third', spec);
    await untilWhole(site, 'third');
    await rounds(world.operator, 2);
    for (const object of issued) {
      const { name, resourceVersion } = object.metadata;
      expect((await objects.find('BeatApiKey', name))?.metadata.resourceVersion).toBe(resourceVersion);
      expect(await site.keys(object)).toHaveLength(1);
    }
    expect((await objects.list('Secret')).filter(({ metadata }) => metadata.name !== 'third')).toEqual(secrets);
    expect(await world.operator.count('beatkeys_keys_created_total')).toBe(3);
    expect(world.operator.runs).toBe(true);
  });
});
