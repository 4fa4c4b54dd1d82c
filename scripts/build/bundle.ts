import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

/** CommonJS packages in the bundle ask for Node's own modules by `require`, which an ES module does not have. */
const requireInModule =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/** On PATH as `beatkeys` or `kubectl-beatkeys` the file is a program. */
const runsByItself = '#!/usr/bin/env node';

/** The libraries fail on an older Node before a line of ours runs, and not in a way that says why. */
const refuseOldNode =
  "if (Number(process.versions.node.split('.')[0]) < 22) { console.error(`Beatkeys needs Node 22.19 or newer, this is ${process.versions.node}`); process.exit(2); }";

/** Of package.json, what the program reads: its version. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /^.*\/package\.json$/ }, async (file) => {
      if (file.path !== path.join(root, 'package.json')) return undefined;
      const { version } = JSON.parse(await readFile(file.path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/**
 * Of the Kubernetes client only what reads kubeconfigs is used. Its package does not say that its modules do nothing but
 * define things, so the classes of every API of Kubernetes would come along, in memory as well as on disk.
 */
const usedPartsOnly: Plugin = {
  name: 'used-parts-only',
  setup: (builder) => {
    builder.onResolve({ filter: /^(@kubernetes\/client-node$|\.)/ }, async ({ path: wanted, ...request }) => {
      if (request.pluginData === usedPartsOnly.name) return undefined;
      const inside = request.importer.includes(CLIENT);
      if (!inside && !wanted.startsWith('@kubernetes')) return undefined;
      const { importer, resolveDir, kind } = request;
      const found = await builder.resolve(wanted, { importer, resolveDir, kind, pluginData: usedPartsOnly.name });
      return { ...found, sideEffects: false };
    });
  },
};
const CLIENT = path.join('node_modules', '@kubernetes', 'client-node');

/** What came of bundling. */
export interface Bundled {
  /** Size of the file. */
  readonly bytes: number;
  /** The files of which something is in it, from the root of the project. */
  readonly inputs: readonly string[];
}

/** Writes the operator with all that it needs but Node into one file. Throws where that is not ASCII. */
export async function bundle(outfile: string): Promise<Bundled> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    banner: { js: `${runsByItself}\n${requireInModule}\n${refuseOldNode}` },
    plugins: [versionOnly, usedPartsOnly],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  await demandASCII(outfile);
  await chmod(outfile, 0o755);
  const outputs = Object.values(metafile.outputs);
  return {
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    inputs: outputs.flatMap(({ inputs }) => Object.keys(inputs)).toSorted(),
  };
}

/** One character beyond, and V8 keeps the whole source at two bytes a character. esbuild escapes those in strings only. */
async function demandASCII(file: string): Promise<void> {
  const lines = (await readFile(file, 'latin1')).split('\n');
  const found = lines.map((line) => /.{0,40}[\x80-\xff].{0,40}/.exec(line)?.[0]).find((text) => text !== undefined);
  if (found !== undefined) throw new Error(`a character outside ASCII must be escaped, in ${JSON.stringify(found)}`);
}
