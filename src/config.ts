import * as z from 'zod';
import { parseDuration } from './lib/duration.ts';

const duration = (fallback: string, least = '0s') =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= (parseDuration(least) ?? 0)) return ms;
      context.addIssue({ code: 'custom', message: `must be a duration of at least ${least}, such as ${fallback}` });
      return z.NEVER;
    });

const whole = (fallback: number, least: number, most: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback);

/** Namespaces by name, separated by commas; empty: all. */
const namespaces = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  .pipe(
    z.array(
      z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be names of namespaces, separated by commas'),
    ),
  )
  .transform((names) => (names.length === 0 ? ('all' as const) : names));

const settings = z
  .object({
    BEATKEYS_WATCH_NAMESPACES: namespaces,
    /** Whether the operator's account may patch workloads; where it shall and may not, the process is not ready. */
    BEATKEYS_RESTART_CONSUMERS: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true'),
    /** Marks keys and objects as this installation's; never change it while there are keys. */
    BEATKEYS_INSTALLATION: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1 to 128 letters, digits, dots, dashes')
      .optional(),
    BEATKEYS_DRIFT_INTERVAL: duration('5m', '1s'),
    BEATKEYS_VISIBILITY_DELAY: duration('2s', '1s'),
    BEATKEYS_VISIBILITY_DELAY_SERVERLESS: duration('15s', '1s'),
    BEATKEYS_ATTEMPT_LIMIT: duration('30s', '1s'),
    /** Keys with our mark that belong to no object: told at once, invalidated after the grace, or only told. */
    BEATKEYS_ORPHANS: z.enum(['invalidate', 'report-only']).default('invalidate'),
    BEATKEYS_ORPHAN_GRACE: duration('15m', '1s'),
    BEATKEYS_CONCURRENCY: whole(32, 1, 1000),
    BEATKEYS_LEASE_NAME: z.string().min(1).max(253).default('beatkeys'),
    BEATKEYS_LEASE_DURATION: duration('15s', '1s'),
    BEATKEYS_LEASE_RENEW_DEADLINE: duration('10s', '1s'),
    BEATKEYS_LEASE_RETRY_PERIOD: duration('2s', '1s'),
    BEATKEYS_STOP_GRACE: duration('25s', '1s'),
    BEATKEYS_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    BEATKEYS_TELEMETRY_HOST: z.string().min(1).default('0.0.0.0'),
    BEATKEYS_TELEMETRY_PORT: whole(8080, 0, 65_535),
    /** The operator's own namespace and pod, from the downward API. */
    POD_NAMESPACE: z.string().min(1).default('beatkeys-system'),
    POD_NAME: z.string().min(1).optional(),
  })
  .superRefine((env, context) => {
    // A leader must have given up before another one may take over, and have had more than one try until then.
    const pairs = [
      ['BEATKEYS_LEASE_RENEW_DEADLINE', 'BEATKEYS_LEASE_DURATION'],
      ['BEATKEYS_LEASE_RETRY_PERIOD', 'BEATKEYS_LEASE_RENEW_DEADLINE'],
    ] as const;
    for (const [shorter, longer] of pairs) {
      if (env[shorter] < env[longer]) continue;
      context.addIssue({ code: 'custom', path: [shorter], message: `must be shorter than ${longer}` });
    }
  })
  .transform((env) => ({
    namespaces: env.BEATKEYS_WATCH_NAMESPACES,
    restartConsumers: env.BEATKEYS_RESTART_CONSUMERS,
    installation: env.BEATKEYS_INSTALLATION,
    driftIntervalMs: env.BEATKEYS_DRIFT_INTERVAL,
    visibilityDelayMs: env.BEATKEYS_VISIBILITY_DELAY,
    serverlessVisibilityDelayMs: env.BEATKEYS_VISIBILITY_DELAY_SERVERLESS,
    attemptLimitMs: env.BEATKEYS_ATTEMPT_LIMIT,
    orphans: env.BEATKEYS_ORPHANS,
    orphanGraceMs: env.BEATKEYS_ORPHAN_GRACE,
    concurrency: env.BEATKEYS_CONCURRENCY,
    lease: {
      name: env.BEATKEYS_LEASE_NAME,
      leaseMs: env.BEATKEYS_LEASE_DURATION,
      renewDeadlineMs: env.BEATKEYS_LEASE_RENEW_DEADLINE,
      retryMs: env.BEATKEYS_LEASE_RETRY_PERIOD,
    },
    stopGraceMs: env.BEATKEYS_STOP_GRACE,
    logLevel: env.BEATKEYS_LOG_LEVEL,
    telemetry: { host: env.BEATKEYS_TELEMETRY_HOST, port: env.BEATKEYS_TELEMETRY_PORT },
    operatorNamespace: env.POD_NAMESPACE,
    podName: env.POD_NAME,
  }));

/** The operator's settings; durations are milliseconds. */
export type Config = Readonly<z.output<typeof settings>>;

/**
 * Reads the settings from environment variables; an empty one counts as left out. Answers one line for each that is
 * wrong, naming the variable and what is allowed, never what was given.
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
): { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly string[] } {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = settings.safeParse(given);
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problems: parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`) };
}
