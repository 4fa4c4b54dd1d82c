import { runCommand } from './steps/run.ts';

await runCommand('prettier', ['--write', '--log-level', 'warn', '.'], 'inherit').catch(() => {
  process.exitCode = 1;
});
