import { runTests } from './steps/vitest.ts';

await runTests('unit');
