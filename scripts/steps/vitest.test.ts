import { describe, expect, test } from 'vitest';
import { runWatched } from './vitest.ts';

const VALUE = 'TiNAGG4BaaMdaH1tRfuU:KnR6yE41RrSowb0kQ0HWoA';
const note = `fs.appendFileSync(process.env.BEATKEYS_NOTED_SECRETS, JSON.stringify('${VALUE}') + '\\n');`;
const run = (program: string) =>
  runWatched(process.execPath, ['-e', `const fs = require('node:fs'); ${note} ${program}`]);
const messageOf = async (program: string) =>
  run(program).then(
    () => 'passed',
    (error: unknown) => (error as Error).message,
  );

describe('A run of tests', () => {
  test('that keeps its secrets passes', async () => {
    expect(await messageOf(`console.log('made a key')`)).toBe('passed');
  });

  test.each([
    ['as it is', `console.log('made ${VALUE}')`],
    ['in base64', `console.error(btoa('${VALUE}'))`],
  ])('that says one %s fails, and the value is not repeated', async (_how, program) => {
    const message = await messageOf(program);
    expect(message).toContain('Secret values were written to the output:\noutput of the tests, line 1:');
    expect(message).not.toContain(VALUE);
    expect(message).not.toContain(btoa(VALUE));
  });

  test('that fails shows its output without the values', async () => {
    const message = await messageOf(`console.log('before'); console.log('${VALUE}'); process.exit(1)`);
    expect(message).toMatch(/^before\n\[LEAKED\]\n\nSecret values/);
  });

  test('that fails without them shows its output', async () => {
    expect(await messageOf(`console.log('expected 1'); process.exit(1)`)).toBe('expected 1');
  });
});
