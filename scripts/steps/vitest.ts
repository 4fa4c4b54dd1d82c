import { command, runCommand } from './run.ts';
import type { Step } from './run.ts';

/** The projects of vitest.config.ts. */
export type Project = 'unit' | 'contract' | 'e2e';

/** The step that runs all tests of a project. */
export function testStep(project: Project): Step {
  return command(`${project} tests`, 'vitest', 'run', '--project', project);
}

/** Runs tests of a project as the command line asks, in front of the developer; sets the exit code. */
export async function runTests(project: Project): Promise<void> {
  const args = ['run', '--project', project, ...process.argv.slice(2)];
  await runCommand('vitest', args, 'inherit').catch(() => {
    process.exitCode = 1;
  });
}
