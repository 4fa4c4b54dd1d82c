import { describe, expect, test } from 'vitest';
import { addFinalizer, removeFinalizer, setAnnotation } from './patch-steps.ts';

const object = (finalizers?: string[]) => ({
  metadata: { uid: 'u', resourceVersion: '7', ...(finalizers === undefined ? {} : { finalizers }) },
});

describe('a finalizer', () => {
  test('makes the list where there is none', () => {
    expect(addFinalizer(object(), 'f')).toEqual([{ op: 'add', path: '/metadata/finalizers', value: ['f'] }]);
  });

  test("joins others' and is not added twice", () => {
    expect(addFinalizer(object(['x']), 'f')).toEqual([{ op: 'add', path: '/metadata/finalizers/-', value: 'f' }]);
    expect(addFinalizer(object(['x', 'f']), 'f')).toEqual([]);
  });

  test('is removed from its very place, of this object only', () => {
    expect(removeFinalizer(object(['x', 'f']), 'f')).toEqual([
      { op: 'test', path: '/metadata/uid', value: 'u' },
      { op: 'test', path: '/metadata/finalizers/1', value: 'f' },
      { op: 'remove', path: '/metadata/finalizers/1' },
    ]);
    expect(removeFinalizer(object(['x']), 'f')).toEqual([]);
    expect(removeFinalizer(object(), 'f')).toEqual([]);
  });
});

test('an annotation makes the map where there is none, and its name is escaped', () => {
  expect(setAnnotation({ metadata: {} }, 'a/b', 'c')).toEqual([
    { op: 'add', path: '/metadata/annotations', value: { 'a/b': 'c' } },
  ]);
  expect(setAnnotation({ metadata: { annotations: {} } }, 'a/b~c', 'd')).toEqual([
    { op: 'add', path: '/metadata/annotations/a~1b~0c', value: 'd' },
  ]);
});
