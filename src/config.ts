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
    })
    .meta({ allowed: `a duration of at least ${least}` });

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
  .transform((names) => (names.length === 0 ? ('all' as const) : names))
  .meta({ allowed: 'names, separated by commas' });

/** The environment variables, each with what it is for: docs/settings.md is made from this. */
export const SETTINGS = z.object({
  BEATKEYS_WATCH_NAMESPACES: namespaces.describe(
    'The namespaces that the operator serves, those of connections included. Left out: all.',
  ),
  BEATKEYS_RESTART_CONSUMERS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe(
      "Whether the operator's account may patch workloads, for consumers with `restart: true`. Where it shall and may not, the process is not ready.",
    ),
  BEATKEYS_INSTALLATION: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1 to 128 letters, digits, dots, dashes')
    .optional()
    .meta({ allowed: '1 to 128 letters, digits, `.`, `_`, `-`' })
    .describe(
      "Marks keys and objects as this installation's. Never change it while there are keys, and never give two clusters the same. Left out: made of the uid of the operator's namespace.",
    ),
  BEATKEYS_DRIFT_INTERVAL: duration('5m', '1s').describe(
    'How often the keys behind each connection are listed, and so how long a key that was invalidated or edited in Elasticsearch may stay unnoticed.',
  ),
  BEATKEYS_VISIBILITY_DELAY: duration('2s', '1s').describe(
    'How long searches of Elasticsearch may lag behind what was written: a younger key that is not found is not yet missing.',
  ),
  BEATKEYS_VISIBILITY_DELAY_SERVERLESS: duration('15s', '1s').describe('The same for Elastic Cloud Serverless.'),
  BEATKEYS_ATTEMPT_LIMIT: duration('30s', '1s').describe(
    'The longest that one attempt to make and store a key may take. A key that did not get into its Secret is invalidated when it is older.',
  ),
  BEATKEYS_ORPHANS: z
    .enum(['invalidate', 'report-only'])
    .default('invalidate')
    .describe(
      'What becomes of keys with our mark that belong to no object: they are told at once, and invalidated after the grace, or only told.',
    ),
  BEATKEYS_ORPHAN_GRACE: duration('15m', '1s').describe(
    'How long an orphan must have been seen before it is invalidated.',
  ),
  BEATKEYS_CONCURRENCY: whole(32, 1, 1000).describe('How many objects are worked on at once.'),
  BEATKEYS_LEASE_NAME: z
    .string()
    .min(1)
    .max(253)
    .default('beatkeys')
    .describe("The Lease in the operator's namespace by which one of several processes leads."),
  BEATKEYS_LEASE_DURATION: duration('15s', '1s').describe('How long a leader that says nothing is still the leader.'),
  BEATKEYS_LEASE_RENEW_DEADLINE: duration('10s', '1s').describe(
    'When a leader that cannot renew the Lease gives up and ends. Shorter than BEATKEYS_LEASE_DURATION.',
  ),
  BEATKEYS_LEASE_RETRY_PERIOD: duration('2s', '1s').describe(
    'How often the Lease is renewed, or asked for. Shorter than BEATKEYS_LEASE_RENEW_DEADLINE.',
  ),
  BEATKEYS_STOP_GRACE: duration('25s', '1s').describe(
    'How long running work may take to finish after SIGTERM. Shorter than terminationGracePeriodSeconds of the pod.',
  ),
  BEATKEYS_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least level that is logged.'),
  BEATKEYS_TELEMETRY_HOST: z
    .string()
    .min(1)
    .default('0.0.0.0')
    .describe('The address at which `/healthz`, `/readyz` and `/metrics` are served.'),
  BEATKEYS_TELEMETRY_PORT: whole(8080, 0, 65_535).describe('The port of the same; 0: a free one.'),
  POD_NAMESPACE: z
    .string()
    .min(1)
    .default('beatkeys-system')
    .describe("The operator's own namespace, from the downward API."),
  POD_NAME: z
    .string()
    .min(1)
    .optional()
    .describe("The operator's own pod, from the downward API. Left out: the host's name."),
});

const settings = SETTINGS.superRefine((env, context) => {
  // A leader must have given up before another one may take over, and have had more than one try until then.
  const pairs = [
    ['BEATKEYS_LEASE_RENEW_DEADLINE', 'BEATKEYS_LEASE_DURATION'],
    ['BEATKEYS_LEASE_RETRY_PERIOD', 'BEATKEYS_LEASE_RENEW_DEADLINE'],
  ] as const;
  for (const [shorter, longer] of pairs) {
    if (env[shorter] < env[longer]) continue;
    context.addIssue({ code: 'custom', path: [shorter], message: `must be shorter than ${longer}` });
  }
}).transform((env) => ({
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
