import './runtime/debug-output.ts';
import path from 'node:path';
import { runApp } from './app.ts';
import { runCommandLine } from './cli/command-line.ts';
import { parseConfig } from './config.ts';
import { onLogLevelSignal } from './runtime/log-level-signal.ts';
import { onStopSignals } from './runtime/stop-signals.ts';
import { reportError } from './telemetry/error-report.ts';
import { createLogger } from './telemetry/logger.ts';
import packageJson from '../package.json' with { type: 'json' };

const { version } = packageJson;

/** Exit codes: 0 stopped as told, 1 the lease was lost or something broke, 2 the settings are wrong. */
async function runOperator(): Promise<number> {
  const parsed = parseConfig(process.env);
  const logger = createLogger({ level: parsed.ok ? parsed.config.logLevel : 'info', version });
  if (!parsed.ok) {
    for (const problem of parsed.problems) logger.error({ problem }, 'a setting is wrong');
    return 2;
  }
  const cannotGoOn = (error: unknown): void => logger.error({ error: reportError(error) }, 'cannot go on');
  endUncaught(cannotGoOn);
  const stop = new AbortController();
  const signals = onStopSignals({
    stop: (signal) => {
      logger.info({ signal }, 'stopping');
      stop.abort();
    },
    force: () => process.exit(1),
  });
  using _levels = onLogLevelSignal({
    usual: parsed.config.logLevel,
    change: (level) => {
      // That it changes is told whatever the level was and will be.
      logger.setLevel('info');
      logger.info({ level }, 'the log level changes');
      logger.setLevel(level);
    },
  });
  try {
    const ending = await runApp(parsed.config, version, logger, stop.signal);
    logger.info({ ending }, 'stopped');
    return ending === 'stopped' ? 0 : 1;
  } catch (error) {
    cannotGoOn(error);
    return 1;
  } finally {
    signals[Symbol.dispose]();
  }
}

/** Exit codes: those of `runCommandLine`, and 1 after a mistake of ours. */
async function runCommand(args: readonly string[]): Promise<number> {
  const cannotGoOn = (error: unknown): void =>
    void process.stderr.write(`beatkeys cannot go on: ${JSON.stringify(reportError(error))}\n`);
  endUncaught(cannotGoOn);
  try {
    return await runCommandLine(args, version);
  } catch (error) {
    cannotGoOn(error);
    return 1;
  }
}

/** Node itself would print the message and the fields of what was thrown, whatever stands in them. */
function endUncaught(tell: (error: unknown) => void): void {
  process.on('uncaughtException', (error) => {
    tell(error);
    process.exit(1);
  });
}

const [, file = '', ...args] = process.argv;
// Of a plugin of kubectl nobody expects that it runs an operator unless it is told to.
const isPlugin = path.basename(file).startsWith('kubectl-');
const isOperator = args.length === 0 ? !isPlugin : args.length === 1 && args[0] === 'operator';
process.exitCode = isOperator ? await runOperator() : await runCommand(args.length === 0 ? ['--help'] : args);
