import { Leaks } from '../../test/leaks/leaks.ts';
import { gatherNoted } from '../../test/leaks/noted.ts';
import { CommandFailure, runCommand, verbose } from './run.ts';
import type { Step } from './run.ts';

/** The projects of vitest.config.ts. */
export type Project = 'unit' | 'contract' | 'e2e';

/** The step that runs all tests of a project; it fails, too, when their output holds anything that was secret in them. */
export function testStep(project: Project): Step {
  return { name: `${project} tests`, run: () => runWatched('vitest', ['run', '--project', project]) };
}

/** Throws with the program's output, with what was secret in the run masked, when it fails or has said any of that. */
export async function runWatched(program: string, args: readonly string[]): Promise<void> {
  const noted = gatherNoted();
  try {
    const { output, failed } = await outcome(program, args, noted.env);
    const leaks = new Leaks();
    for (const value of noted.values()) leaks.note(value);
    const found = leaks.foundIn({ 'output of the tests': output });
    if (verbose) console.log(leaks.masked(output));
    if (found.length > 0) {
      const all = failed ? `${leaks.masked(output)}\n\n` : '';
      throw new CommandFailure(`${all}Secret values were written to the output:\n${found.join('\n')}`);
    }
    if (failed) throw new CommandFailure(output);
  } finally {
    await noted.remove();
  }
}

async function outcome(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  try {
    return { output: await runCommand(program, args, 'pipe', env), failed: false };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { output: error.message, failed: true };
  }
}

/** Runs tests of a project as the command line asks, in front of the developer; sets the exit code. */
export async function runTests(project: Project): Promise<void> {
  const args = ['run', '--project', project, ...process.argv.slice(2)];
  await runCommand('vitest', args, 'inherit').catch(() => {
    process.exitCode = 1;
  });
}
