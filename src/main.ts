import './runtime/debug-output.ts';
import { runApp } from './app.ts';
import { runCommandLine } from './cli/command-line.ts';
import { parseConfig } from './config.ts';
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
  // Node itself would print the message and the fields of what was thrown, whatever stands in them.
  process.on('uncaughtException', (error) => {
    logger.error({ error: reportError(error) }, 'cannot go on');
    process.exit(1);
  });
  const stop = new AbortController();
  const signals = onStopSignals({
    stop: (signal) => {
      logger.info({ signal }, 'stopping');
      stop.abort();
    },
    force: () => process.exit(1),
  });
  try {
    const ending = await runApp(parsed.config, version, logger, stop.signal);
    logger.info({ ending }, 'stopped');
    return ending === 'stopped' ? 0 : 1;
  } catch (error) {
    logger.error({ error: reportError(error) }, 'cannot go on');
    return 1;
  } finally {
    signals[Symbol.dispose]();
  }
}

const [command, ...others] = process.argv.slice(2);
const isOperator = command === undefined || (command === 'operator' && others.length === 0);
process.exitCode = isOperator ? await runOperator() : await runCommandLine(process.argv.slice(2), version);
