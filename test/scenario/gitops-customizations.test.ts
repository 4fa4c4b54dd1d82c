import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { CUSTOMIZATIONS, openGitOps } from '../gitops/gitops.ts';

const gitops = await openGitOps();
const outcomes = await gitops.customizations();

test.each(outcomes)('Argo CD: $name', ({ complaint }) => {
  expect(complaint).toBe('');
});

describe.each(['BeatApiKey', 'ElasticsearchConnection'])('Of %s', (kind) => {
  test('every object of the test data has a test', async () => {
    const files = await readdir(path.join(CUSTOMIZATIONS, 'beatkeys.dev', kind, 'testdata'));
    const tested = outcomes.map(({ name }) => name).filter((name) => name.includes(`${kind}/health/testdata/`));
    expect(files.filter((file) => !tested.some((name) => name.includes(`/${file},`)))).toEqual([]);
    expect(files.length).toBeGreaterThan(5);
  });
});
