import path from 'node:path';
import { bundle } from './build/bundle.ts';
import { MALLOC_ARENA_MAX, NODE_FLAGS } from './build/runtime-options.ts';

/** `npm run build`: the operator as one file, dist/beatkeys.mjs. */

const outfile = path.resolve(import.meta.dirname, '../dist/beatkeys.mjs');
const bytes = await bundle(outfile);
console.log(`dist/beatkeys.mjs: ${(bytes / 1e6).toFixed(1)} MB; run it with`);
console.log(`MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX} node ${NODE_FLAGS.join(' ')} dist/beatkeys.mjs`);
