import { describe, expect, test } from 'vitest';
import { mergePatch } from './kustomize-patch.ts';

const pod = (env: readonly object[], more: object = {}) => ({
  spec: { replicas: 1, containers: [{ name: 'operator', image: 'beatkeys', env }], ...more },
});
const one = { name: 'ONE', value: '1' };
const two = { name: 'TWO', value: '2' };

describe('A patch', () => {
  test('names what is new or differs, and nothing else', () => {
    const after = pod([one, two], { replicas: 2, nodeSelector: { zone: 'a' } });
    expect(mergePatch(pod([one]), after)).toEqual({
      spec: { replicas: 2, containers: [{ name: 'operator', env: [two] }], nodeSelector: { zone: 'a' } },
    });
    expect(mergePatch(pod([one]), pod([{ ...one, value: '3' }]))).toEqual({
      spec: { containers: [{ name: 'operator', env: [{ name: 'ONE', value: '3' }] }] },
    });
  });

  test('replaces a list without names', () => {
    expect(mergePatch({ rules: [1, 2] }, { rules: [1, 3] })).toEqual({ rules: [1, 3] });
  });

  test('is not needed where nothing differs', () => {
    expect(mergePatch(pod([one]), pod([one]))).toBeUndefined();
  });

  test('takes nothing away', () => {
    expect(() => mergePatch({ a: 1, b: 2 }, { a: 1 })).toThrow('b would be taken away');
    expect(() => mergePatch(pod([one, two]), pod([one]))).toThrow('TWO would be taken away');
  });
});
