import path from 'node:path';
import { DISTRIBUTION, writeDistribution } from './build/distribution.ts';
import { MALLOC_ARENA_MAX, NODE_FLAGS } from './build/runtime-options.ts';

/** `npm run build`: the operator as one file, dist/beatkeys.mjs, with licences and bill of materials beside it. */

const { bytes } = await writeDistribution(path.resolve(import.meta.dirname, '../dist'));
console.log(`dist/${DISTRIBUTION.program}: ${(bytes / 1e6).toFixed(1)} MB; run it with`);
console.log(`MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX} node ${NODE_FLAGS.join(' ')} dist/${DISTRIBUTION.program}`);
