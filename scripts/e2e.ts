import { runTests } from './steps/vitest.ts';

await runTests('e2e');
