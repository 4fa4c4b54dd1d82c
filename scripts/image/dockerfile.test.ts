import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { MALLOC_ARENA_MAX, NODE_FLAGS } from '../build/runtime-options.ts';
import { copiedFromContext, pairs, parseDockerfile, type Instruction, type Stage } from './dockerfile.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = readFileSync(path.join(root, 'Dockerfile'), 'utf8');
const { globals, stages } = parseDockerfile(text);
const [building, final] = stages as [Stage, Stage];
const all = stages.flatMap(({ instructions }) => instructions);
const of = (name: string, instructions: readonly Instruction[] = all) =>
  instructions.filter((each) => each.name === name).map(({ rest }) => rest);

/** What .dockerignore lets through: it leaves out everything else. */
const [nothing, ...exceptions] = readFileSync(path.join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => !/^(#|$)/.test(line));
const covers = (source: string, file: string) => (source.endsWith('/') ? file.startsWith(source) : file === source);

describe('The Dockerfile', () => {
  test('takes its two bases by arguments, whose defaults name a release', () => {
    expect(stages.map(({ from }) => /\$(\w+)(?: AS \w+)?$/.exec(from)?.[1])).toEqual(['BUILD_IMAGE', 'RUNTIME_IMAGE']);
    const defaults = pairs(globals, 'ARG');
    for (const name of ['BUILD_IMAGE', 'RUNTIME_IMAGE']) expect(defaults[name]).toMatch(/^[\w.]+\/[\w./-]+:[\w.-]+$/);
    expect(text).not.toContain(':latest');
  });

  test('builds on the architecture at hand, and runs nothing on that of the image', () => {
    expect(building.from).toMatch(/^--platform=\$BUILDPLATFORM /);
    expect(final.from).not.toContain('--platform');
    expect(of('RUN', final.instructions)).toEqual([]);
    expect(text).not.toMatch(/amd64|arm64|x64|x86/);
  });

  test('fetches nothing but by the lock file', () => {
    expect(of('ADD')).toEqual([]);
    expect(of('RUN')).toEqual(['npm ci --ignore-scripts', 'node scripts/build.ts']);
  });

  test('ends as a user by number who is not root, who needs no shell', () => {
    expect(of('USER')).toEqual(of('USER', final.instructions));
    expect(of('USER').at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    for (const name of ['ENTRYPOINT', 'CMD']) for (const rest of of(name)) expect(rest).toMatch(/^\[/);
    expect(of('SHELL')).toEqual([]);
  });

  test('starts the program with the options that the benchmarks use', () => {
    const [entrypoint = ''] = of('ENTRYPOINT', final.instructions);
    expect(JSON.parse(entrypoint)).toEqual(['node', ...NODE_FLAGS, '/beatkeys/beatkeys.mjs']);
    expect(pairs(final.instructions, 'ENV')).toMatchObject({ MALLOC_ARENA_MAX, NODE_ENV: 'production' });
  });

  test('carries the labels of an OCI image, from arguments', () => {
    const labels = pairs(final.instructions, 'LABEL');
    const names = ['title', 'description', 'version', 'revision', 'source', 'licenses', 'base.name'];
    expect(Object.keys(labels)).toEqual(names.map((name) => `org.opencontainers.image.${name}`));
    for (const name of ['version', 'revision', 'source', 'licenses'])
      expect(labels[`org.opencontainers.image.${name}`]).toBe(`$${name.toUpperCase()}`);
    const defaults = pairs(final.instructions, 'ARG');
    expect(defaults).toMatchObject({ VERSION: packageJson.version, LICENSES: packageJson.license });
    expect(labels['org.opencontainers.image.description']).toBeDefined();
  });
});

describe("The build's context", () => {
  const sources = copiedFromContext(building);

  test('has everything that is copied, and nothing else', () => {
    expect(sources.filter((source) => !existsSync(path.join(root, source)))).toEqual([]);
    expect(copiedFromContext(final)).toEqual([]);
    expect(nothing).toBe('*');
    expect(exceptions.toSorted()).toEqual(sources.map((source) => `!${source}`).toSorted());
  });

  test('has every file of which the bundle is made, and of the script that makes it', async () => {
    const { metafile } = await build({
      ...{ absWorkingDir: root, entryPoints: ['src/main.ts', 'scripts/build.ts'], outdir: 'dist', write: false },
      ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', metafile: true },
    });
    const own = [...Object.keys(metafile.inputs), 'package-lock.json', 'tsconfig.json'];
    expect(own).toContain('src/main.ts');
    expect(own).toContain('scripts/build/bundle.ts');
    expect(own.filter((file) => !sources.some((source) => covers(source, file)))).toEqual([]);
  });
});
