import { type DestinationStream, destination, type Logger as Pino, pino } from 'pino';
import type { Logger, LogFields, LogLevel } from '../runtime/log.ts';
import { readableLine } from './readable-lines.ts';
import { redact, redactText } from './redaction.ts';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Of this build, on every line. */
  readonly version: string;
  /**
   * Left out: standard output, written before the call returns, so that nothing is lost at exit. In a terminal, lines are
   * for people.
   */
  readonly destination?: DestinationStream;
}

export interface ProcessLogger extends Logger {
  /** Changes the level of this logger and of every child, made or to come. */
  setLevel(level: LogLevel): void;
  level(): LogLevel;
}

/**
 * One JSON object a line, with the field names of the Elastic Common Schema, as other operators of Elasticsearch
 * write them and Filebeat reads them. Whatever is logged passes `redact`.
 */
export function createLogger(options: LoggerOptions): ProcessLogger {
  const threshold = { level: options.level };
  const root = pino(
    {
      // The threshold is ours: pino's children keep the level that they were made with.
      level: 'debug',
      messageKey: 'message',
      base: { 'ecs.version': '8.11.0', 'service.name': 'beatkeys', 'service.version': options.version },
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ 'log.level': label }) },
    },
    options.destination ?? standardOutput(),
  );
  return {
    ...wrap(() => root, threshold),
    level: () => threshold.level,
    setLevel: (level) => {
      threshold.level = level;
    },
  };
}

function standardOutput(): DestinationStream {
  const stream = destination({ dest: 1, sync: true });
  if (!process.stdout.isTTY) return stream;
  const colour = process.stdout.hasColors();
  return { write: (line) => void stream.write(readableLine(line, colour)) };
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** `line` is asked for only when something is said: most passes say nothing. */
function wrap(line: () => Pino, threshold: { readonly level: LogLevel }): Logger {
  const at = (level: LogLevel) => (fields: LogFields, message: string) => {
    if (ORDER.indexOf(level) < ORDER.indexOf(threshold.level)) return;
    line()[level](redact(fields), redactText(message));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => {
      let made: Pino | undefined;
      return wrap(() => (made ??= line().child(redact(fields) as LogFields)), threshold);
    },
  };
}
