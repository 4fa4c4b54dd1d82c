/** A panel of the dashboard. */
export interface Panel {
  readonly type: 'stat' | 'timeseries' | 'table';
  readonly title: string;
  /** What it means, for who looks at it for the first time. */
  readonly description: string;
  /** In Grafana's words. */
  readonly unit: string;
  /** Of 24. */
  readonly width: number;
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
  /** From which value on a stat has which colour; the first begins nowhere. */
  readonly colours?: readonly (readonly [from: number | null, colour: string])[];
}

/** Series of the operator itself. */
const OPERATOR = 'job="$job"';
/** Series of objects; `namespace` is theirs. */
const OBJECTS = 'job="$job", namespace=~"$namespace"';
const RATE = '[$__rate_interval]';
const IDLE = 'Empty until there is some.';

const GOOD_OR_BAD = [
  [null, 'green'],
  [1, 'red'],
] as const;

function stat(
  title: string,
  description: string,
  unit: string,
  expr: string,
  colours: NonNullable<Panel['colours']> = [[null, 'blue']],
): Panel {
  return { type: 'stat', title, description, unit, width: 4, queries: [{ expr, legend: title }], colours };
}

/** `queries`: each expression with its legend. */
function graph(
  title: string,
  description: string,
  unit: string,
  width: number,
  ...queries: readonly (readonly [expr: string, legend: string])[]
): Panel {
  const all = queries.map(([expr, legend]) => ({ expr, legend }));
  return { type: 'timeseries', title, description, unit, width, queries: all };
}

function table(title: string, description: string, unit: string, expr: string): Panel {
  return { type: 'table', title, description, unit, width: 12, queries: [{ expr, legend: '' }] };
}

const requests = (system: 'Elasticsearch' | 'Kubernetes'): readonly Panel[] => {
  const of = `${OPERATOR}, system="${system}"`;
  const buckets = `sum by (le, operation) (rate(beatkeys_request_duration_seconds_bucket{${of}}${RATE}))`;
  return [
    graph(`Requests to ${system}`, 'By what was asked.', 'reqps', 8, [
      `sum by (operation) (rate(beatkeys_requests_total{${of}}${RATE}))`,
      '{{operation}}',
    ]),
    graph(`Answers of ${system}`, '429: too much at once; none: no answer came.', 'reqps', 8, [
      `sum by (code_class) (rate(beatkeys_requests_total{${of}}${RATE}))`,
      '{{code_class}}',
    ]),
    graph(`Time of answers of ${system}`, 'What 99 of 100 requests stay below.', 's', 8, [
      `histogram_quantile(0.99, ${buckets})`,
      '{{operation}}',
    ]),
  ];
};

/** The rows, each under its title. */
export const ROWS: readonly { readonly title: string; readonly panels: readonly Panel[] }[] = [
  {
    title: 'Objects',
    panels: [
      stat(
        'Keys ready',
        'BeatApiKeys whose key works and is as asked for.',
        'none',
        `sum(beatkeys_objects{${OPERATOR}, kind="BeatApiKey", ready="True"})`,
      ),
      stat(
        'Keys not ready',
        'BeatApiKeys that are not.',
        'none',
        `sum(beatkeys_objects{${OPERATOR}, kind="BeatApiKey", ready!="True"}) or vector(0)`,
        GOOD_OR_BAD,
      ),
      stat(
        'Connections not ready',
        'Clusters in which no key can be made, renewed or revoked.',
        'none',
        `sum(beatkeys_objects{${OPERATOR}, kind="ElasticsearchConnection", ready!="True"}) or vector(0)`,
        GOOD_OR_BAD,
      ),
      stat(
        'First expiry',
        'Of the keys that are in Secrets now.',
        's',
        `min(beatkeys_key_expiration_timestamp_seconds{${OBJECTS}}) - time()`,
        [
          [null, 'red'],
          [0, 'green'],
        ],
      ),
      stat(
        'Living keys',
        'Of this installation, behind all connections.',
        'none',
        `sum(beatkeys_connection_keys{${OBJECTS}, state="live"})`,
      ),
      stat(
        'Orphaned keys',
        'Keys of this installation that belong to no object.',
        'none',
        `sum(beatkeys_orphaned_keys{${OPERATOR}})`,
        GOOD_OR_BAD,
      ),
      graph('BeatApiKeys by reason', 'The reason of the condition Ready.', 'none', 12, [
        `sum by (ready, reason) (beatkeys_objects{${OPERATOR}, kind="BeatApiKey"})`,
        '{{ready}} {{reason}}',
      ]),
      graph('Connections by reason', 'The reason of the condition Ready.', 'none', 12, [
        `sum by (ready, reason) (beatkeys_objects{${OPERATOR}, kind="ElasticsearchConnection"})`,
        '{{ready}} {{reason}}',
      ]),
      table(
        'Not ready',
        `Objects that are not Ready. ${IDLE}`,
        'none',
        `max by (kind, namespace, name, status) (beatkeys_condition{${OBJECTS}, condition="Ready", status!="True"})`,
      ),
      table(
        'Next renewals',
        'Time until a key is replaced; below zero: it is due.',
        's',
        `sort(bottomk(20, max by (namespace, name) (beatkeys_key_renewal_timestamp_seconds{${OBJECTS}}) - time()))`,
      ),
    ],
  },
  {
    title: 'Keys',
    panels: [
      graph('Keys made', 'By what they were made for.', 'cps', 8, [
        `sum by (reason) (rate(beatkeys_keys_created_total{${OPERATOR}}${RATE}))`,
        '{{reason}}',
      ]),
      graph(
        'Keys changed in place, Secrets switched',
        'Rotations by reason; updates leave the value of a key as it is.',
        'cps',
        8,
        [`sum by (reason) (rate(beatkeys_keys_rotated_total{${OPERATOR}}${RATE}))`, 'rotated: {{reason}}'],
        [`sum(rate(beatkeys_keys_updated_total{${OPERATOR}}${RATE}))`, 'updated'],
      ),
      graph('Keys invalidated', 'By cause; confirmed by Elasticsearch.', 'cps', 8, [
        `sum by (cause) (rate(beatkeys_keys_invalidated_total{${OPERATOR}}${RATE}))`,
        '{{cause}}',
      ]),
      graph('Actions that failed', `By the kind of the failure. ${IDLE}`, 'cps', 8, [
        `sum by (action, result) (rate(beatkeys_actions_total{${OPERATOR}, result!="success"}${RATE}))`,
        '{{action}}: {{result}}',
      ]),
      graph('Denials', `Objects that ask for more than their connection lends. ${IDLE}`, 'none', 8, [
        `sum by (reason) (increase(beatkeys_policy_denials_total{${OPERATOR}}${RATE}))`,
        '{{reason}}',
      ]),
      graph('Replaced keys that still work', 'Until their overlap is over and consumers have moved on.', 'none', 8, [
        `sum by (namespace, name) (beatkeys_retiring_keys{${OBJECTS}})`,
        '{{namespace}}/{{name}}',
      ]),
      graph('Retirement overdue', `How long ago the overlap was over. ${IDLE}`, 's', 12, [
        `time() - max by (namespace, name) (beatkeys_retirement_due_timestamp_seconds{${OBJECTS}}) > 0`,
        '{{namespace}}/{{name}}',
      ]),
      graph('Orphaned keys by connection', 'Told first, invalidated after a grace.', 'none', 12, [
        `max by (connection) (beatkeys_orphaned_keys{${OPERATOR}})`,
        '{{connection}}',
      ]),
    ],
  },
  { title: 'Servers', panels: [...requests('Elasticsearch'), ...requests('Kubernetes')] },
  {
    title: 'Operator',
    panels: [
      graph('Leader', '1 for the process that leads.', 'none', 8, [
        `max by (instance) (leader_election_master_status{${OPERATOR}, name="beatkeys"})`,
        '{{instance}}',
      ]),
      graph('Queue', 'Objects that wait for a worker; of a standby, all that it has seen.', 'none', 8, [
        `max by (instance, name) (workqueue_depth{${OPERATOR}})`,
        '{{name}} of {{instance}}',
      ]),
      graph(
        'Workers',
        'Passes under way, and how many there may be at once.',
        'none',
        8,
        [`sum by (controller) (controller_runtime_active_workers{${OPERATOR}})`, '{{controller}}'],
        [`max by (controller) (controller_runtime_max_concurrent_reconciles{${OPERATOR}})`, '{{controller}}: most'],
      ),
      graph('Passes', 'By their end.', 'cps', 8, [
        `sum by (controller, result) (rate(controller_runtime_reconcile_total{${OPERATOR}}${RATE}))`,
        '{{controller}}: {{result}}',
      ]),
      graph('Time of passes', 'What 99 of 100 stay below.', 's', 8, [
        `histogram_quantile(0.99, sum by (le, controller) (rate(controller_runtime_reconcile_time_seconds_bucket{${OPERATOR}}${RATE})))`,
        '{{controller}}',
      ]),
      graph('Watches', 'Of the API server: how many follow, and how many are being opened.', 'none', 8, [
        `sum by (kind, state) (beatkeys_watches{${OPERATOR}})`,
        '{{kind}}: {{state}}',
      ]),
      graph('Memory', 'Resident, of each process.', 'bytes', 8, [
        `process_resident_memory_bytes{${OPERATOR}}`,
        '{{instance}}',
      ]),
      graph('Processor', 'Of each process; 1 is one core.', 'none', 8, [
        `rate(process_cpu_seconds_total{${OPERATOR}}${RATE})`,
        '{{instance}}',
      ]),
      graph('Event loop lag', 'What 99 of 100 stay below.', 's', 8, [
        `nodejs_eventloop_lag_p99_seconds{${OPERATOR}}`,
        '{{instance}}',
      ]),
    ],
  },
];
