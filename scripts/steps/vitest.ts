import { Leaks } from '../../test/leaks/leaks.ts';
import { gatherNoted } from '../../test/leaks/noted.ts';
import { comparingRights } from './rights.ts';
import { CommandFailure, runCommand, verbose } from './run.ts';
import type { Step } from './run.ts';

/** The projects of vitest.config.ts. */
export type Project = 'unit' | 'contract' | 'e2e';

/**
 * The step that runs all tests of a project; it fails, too, when their output holds anything that was secret in them, and
 * when operators in end-to-end tests needed other rights than those that they had.
 */
export function testStep(project: Project): Step {
  const run = (env?: Readonly<Record<string, string>>) => runWatched('vitest', ['run', '--project', project], env);
  return {
    name: `${project} tests`,
    run: (tell) => (project === 'e2e' ? comparingRights(run, { whole: true, tell }) : run()),
  };
}

/** Throws with the program's output, with what was secret in the run masked, when it fails or has said any of that. */
export async function runWatched(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const noted = gatherNoted();
  try {
    const { output, failed } = await outcome(program, args, { ...env, ...noted.env });
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

/**
 * Runs tests of a project as the command line asks, in front of the developer; sets the exit code. Whether each right is
 * needed is asked only where all end-to-end tests run.
 */
export async function runTests(project: Project): Promise<void> {
  const asked = process.argv.slice(2);
  const run = async (env: Readonly<Record<string, string>> = {}) =>
    void (await runCommand('vitest', ['run', '--project', project, ...asked], 'inherit', env));
  try {
    if (project === 'e2e') await comparingRights(run, { whole: asked.length === 0, tell: (line) => console.log(line) });
    else await run();
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    if (error.message !== '') console.error(error.message);
    process.exitCode = 1;
  }
}
