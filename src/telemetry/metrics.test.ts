import { describe, expect, test } from 'vitest';
import { createMetrics, type Metrics } from './metrics.ts';

/** The lines of the exposition that are samples, without those of buckets. */
const samples = async (metrics: Metrics): Promise<string[]> =>
  (await metrics.expose())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket'));
const beginning = (lines: readonly string[], ...names: string[]): string[] =>
  lines.filter((line) => names.some((name) => line.startsWith(name)));

describe('the metrics', () => {
  test('count what happens', async () => {
    const metrics = createMetrics({ version: '1.2.3' });
    metrics.requested({ system: 'Elasticsearch', operation: 'create API key', codeClass: '2xx', seconds: 0.25 });
    metrics.requested({ system: 'Kubernetes', operation: 'patch Secret', codeClass: 'none', seconds: 2 });
    metrics.reconciled({ controller: 'beatapikey', result: 'error', seconds: 0.5 });
    metrics.reconciled({ controller: 'beatapikey', result: 'requeue_after', seconds: 0.5 });
    metrics.acted({ action: 'issueKey', reason: 'Expiring', result: 'success' });
    metrics.acted({ action: 'updateKey', reason: '', result: 'unavailable' });
    metrics.denied('PolicyViolation');
    metrics.keyCreated('Initial');
    metrics.keyUpdated();
    metrics.keyRotated('Expiring');
    metrics.keysInvalidated('Superseded', 2);
    metrics.keysAbandoned(3);
    metrics.keyCreationDelayed();
    metrics.orphans('logging/main', 4);
    metrics.relisted('BeatApiKey');
    metrics.leading(true);
    const lines = await samples(metrics);
    expect(lines.toSorted()).toEqual(
      [
        `beatkeys_build_info{version="1.2.3",node="${process.version}"} 1`,
        'beatkeys_requests_total{system="Elasticsearch",operation="create API key",code_class="2xx"} 1',
        'beatkeys_requests_total{system="Kubernetes",operation="patch Secret",code_class="none"} 1',
        'beatkeys_request_duration_seconds_sum{system="Elasticsearch",operation="create API key"} 0.25',
        'beatkeys_request_duration_seconds_count{system="Elasticsearch",operation="create API key"} 1',
        'beatkeys_request_duration_seconds_sum{system="Kubernetes",operation="patch Secret"} 2',
        'beatkeys_request_duration_seconds_count{system="Kubernetes",operation="patch Secret"} 1',
        'controller_runtime_reconcile_total{controller="beatapikey",result="error"} 1',
        'controller_runtime_reconcile_total{controller="beatapikey",result="requeue_after"} 1',
        'controller_runtime_reconcile_errors_total{controller="beatapikey"} 1',
        'controller_runtime_reconcile_time_seconds_sum{controller="beatapikey"} 1',
        'controller_runtime_reconcile_time_seconds_count{controller="beatapikey"} 2',
        'beatkeys_actions_total{action="issueKey",reason="Expiring",result="success"} 1',
        'beatkeys_actions_total{action="updateKey",reason="",result="unavailable"} 1',
        'beatkeys_policy_denials_total{reason="PolicyViolation"} 1',
        'beatkeys_keys_created_total{reason="Initial"} 1',
        'beatkeys_keys_updated_total 1',
        'beatkeys_keys_rotated_total{reason="Expiring"} 1',
        'beatkeys_keys_invalidated_total{cause="Superseded"} 2',
        'beatkeys_keys_abandoned_total 3',
        'beatkeys_key_creations_delayed_total 1',
        'beatkeys_orphaned_keys{connection="logging/main"} 4',
        'beatkeys_watch_relists_total{kind="BeatApiKey"} 1',
        'leader_election_master_status{name="beatkeys"} 1',
      ].toSorted(),
    );
  });

  test('drop the orphans of a connection that is gone', async () => {
    const metrics = createMetrics({ version: '1.2.3' });
    metrics.orphans('logging/main', 4);
    metrics.orphans('logging/main', undefined);
    expect(beginning(await samples(metrics), 'beatkeys_orphaned_keys')).toEqual([]);
  });

  test('show a queue as it is when they are scraped', async () => {
    const metrics = createMetrics({ version: '1.2.3' });
    const queue = { depth: 1, delayed: 2, running: 3 };
    metrics.observeQueue('beatapikey', queue, 32);
    await metrics.expose();
    queue.depth = 5;
    const names = ['workqueue_', 'beatkeys_queue_', 'controller_runtime_active', 'controller_runtime_max'];
    expect(beginning(await samples(metrics), ...names)).toEqual([
      'workqueue_depth{name="beatapikey"} 5',
      'beatkeys_queue_delayed{name="beatapikey"} 2',
      'controller_runtime_active_workers{controller="beatapikey"} 3',
      'controller_runtime_max_concurrent_reconciles{controller="beatapikey"} 32',
    ]);
  });

  test('count what becomes of the keys of a queue, from nothing on', async () => {
    const metrics = createMetrics({ version: '1.2.3' });
    const queue = metrics.queue('beatapikey');
    const shown = async () => {
      const found = beginning(await samples(metrics), 'workqueue_');
      return found.filter((line) => !line.includes('_bucket'));
    };
    expect(await shown()).toEqual([
      'workqueue_adds_total{name="beatapikey"} 0',
      'workqueue_retries_total{name="beatapikey"} 0',
      'workqueue_queue_duration_seconds_sum{name="beatapikey"} 0',
      'workqueue_queue_duration_seconds_count{name="beatapikey"} 0',
      'workqueue_work_duration_seconds_sum{name="beatapikey"} 0',
      'workqueue_work_duration_seconds_count{name="beatapikey"} 0',
    ]);
    queue.added();
    queue.taken(0.5);
    queue.done(2);
    queue.retried();
    expect(await shown()).toEqual([
      'workqueue_adds_total{name="beatapikey"} 1',
      'workqueue_retries_total{name="beatapikey"} 1',
      'workqueue_queue_duration_seconds_sum{name="beatapikey"} 0.5',
      'workqueue_queue_duration_seconds_count{name="beatapikey"} 1',
      'workqueue_work_duration_seconds_sum{name="beatapikey"} 2',
      'workqueue_work_duration_seconds_count{name="beatapikey"} 1',
    ]);
  });

  test('show objects as they are when scraped, and nothing of those that went', async () => {
    const metrics = createMetrics({ version: '1.2.3' });
    let objects = [
      {
        kind: 'BeatApiKey',
        namespace: 'logging',
        name: 'packetbeat',
        conditions: [{ type: 'Ready', status: 'False', reason: 'Issuing' }],
        expiration: 1_800_000_000_000,
        renewal: 1_790_000_000_500,
        retiring: [{ since: 1_780_000_002_000, due: 1_780_000_003_000 }, { since: 1_780_000_001_000 }],
      },
    ];
    metrics.observeObjects(() => objects);
    metrics.observeObjects(() => [
      {
        kind: 'ElasticsearchConnection',
        namespace: 'logging',
        name: 'main',
        conditions: [{ type: 'Ready', status: 'True', reason: 'Connected' }],
        keys: { live: 7, retiring: 2 },
      },
      { kind: 'ElasticsearchConnection', namespace: 'logging', name: 'new', conditions: [] },
    ]);
    const names = ['beatkeys_con', 'beatkeys_key_', 'beatkeys_reti', 'beatkeys_objects'];
    const found = beginning(await samples(metrics), ...names).filter((line) => !line.includes('_total'));
    expect(found).toEqual([
      'beatkeys_condition{kind="BeatApiKey",namespace="logging",name="packetbeat",condition="Ready",status="False"} 1',
      'beatkeys_condition{kind="ElasticsearchConnection",namespace="logging",name="main",condition="Ready",status="True"} 1',
      'beatkeys_key_expiration_timestamp_seconds{namespace="logging",name="packetbeat"} 1800000000',
      'beatkeys_key_renewal_timestamp_seconds{namespace="logging",name="packetbeat"} 1790000000.5',
      'beatkeys_retiring_keys{namespace="logging",name="packetbeat"} 2',
      'beatkeys_retiring_since_timestamp_seconds{namespace="logging",name="packetbeat"} 1780000001',
      'beatkeys_retirement_due_timestamp_seconds{namespace="logging",name="packetbeat"} 1780000003',
      'beatkeys_connection_keys{namespace="logging",name="main",state="live"} 7',
      'beatkeys_connection_keys{namespace="logging",name="main",state="retiring"} 2',
      'beatkeys_objects{kind="BeatApiKey",ready="False",reason="Issuing"} 1',
      'beatkeys_objects{kind="ElasticsearchConnection",ready="True",reason="Connected"} 1',
      'beatkeys_objects{kind="ElasticsearchConnection",ready="Unknown",reason=""} 1',
    ]);
    objects = [];
    const left = (await samples(metrics)).filter((line) => /packetbeat|kind="BeatApiKey"/.test(line));
    expect(left).toEqual([]);
  });

  test('show the process where that is wanted, and only there', async () => {
    const without = await samples(createMetrics({ version: '1.2.3' }));
    const along = await samples(createMetrics({ version: '1.2.3', process: true }));
    expect(beginning(without, 'process_', 'nodejs_')).toEqual([]);
    expect(beginning(along, 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds')).toHaveLength(2);
  });

  test('count watches by their state, and none that has ended', async () => {
    const metrics = createMetrics({ version: '1.2.3' });
    for (const _ of ['one', 'another']) metrics.watching('Secret', undefined, 'interrupted');
    metrics.watching('Secret', 'interrupted', 'following');
    const watches = async () => beginning(await samples(metrics), 'beatkeys_watches').toSorted();
    expect(await watches()).toEqual([
      'beatkeys_watches{kind="Secret",state="following"} 1',
      'beatkeys_watches{kind="Secret",state="interrupted"} 1',
    ]);
    metrics.watching('Secret', 'following', undefined);
    metrics.watching('Secret', 'interrupted', 'following');
    expect(await watches()).toEqual([
      'beatkeys_watches{kind="Secret",state="following"} 1',
      'beatkeys_watches{kind="Secret",state="interrupted"} 0',
    ]);
  });

  test('are all described: what is exposed has a description of its type, and labels that it names', async () => {
    const metrics = createMetrics({ version: '1.2.3' });
    metrics.acted({ action: 'issueKey', reason: 'Expiring', result: 'success' });
    metrics.requested({ system: 'Elasticsearch', operation: 'create API key', codeClass: '2xx', seconds: 0.25 });
    const exposed = await metrics.expose();
    const types = [...exposed.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const descriptions = metrics.describe();
    expect(descriptions.map(({ name, type }) => `${name} ${type}`)).toEqual(types.toSorted());
    const labelsOf = (wanted: string) => descriptions.find(({ name }) => name === wanted)?.labels;
    expect(labelsOf('beatkeys_actions_total')).toEqual(['action', 'reason', 'result']);
    expect(labelsOf('beatkeys_request_duration_seconds')).toEqual(['system', 'operation']);
    expect(labelsOf('beatkeys_condition')).toEqual(['kind', 'namespace', 'name', 'condition', 'status']);
    expect(labelsOf('beatkeys_keys_updated_total')).toEqual([]);
  });

  test('of two registries do not meet', async () => {
    const [one, other] = [createMetrics({ version: '1' }), createMetrics({ version: '2' })];
    one.keyUpdated();
    expect(await samples(other)).toContain('beatkeys_keys_updated_total 0');
  });
});
