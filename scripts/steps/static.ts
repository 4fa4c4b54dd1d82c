import { command } from './run.ts';
import type { Step } from './run.ts';

/** What can be said of the project without running it. The rules on who may import whom are part of the lint. */
export const staticSteps: readonly Step[] = [
  command('format', 'prettier', '--check', '.'),
  command('lint and layers', 'oxlint', '--type-aware', '--deny-warnings'),
  command('types', 'tsc', '-p', '.'),
  command('dead code', 'knip', '--no-progress'),
  command('generated files', process.execPath, 'scripts/generate.ts', '--check'),
];
