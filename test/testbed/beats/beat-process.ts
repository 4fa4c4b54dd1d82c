import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Agent, request } from 'undici';
import { noteForRun } from '../../leaks/noted.ts';
import type { ElasticsearchAddress } from '../servers.ts';
import { ServerProcess } from '../server-process.ts';

/** Which Beat. */
export type Program = 'filebeat' | 'heartbeat';

/** A Beat to run, as often as its pod is replaced. */
export interface BeatOptions {
  readonly program: Program;
  /** The folder of {@link beatsBinaries}. */
  readonly binaries: string;
  /** For its configuration, its data and its logs; it outlives the process, as a folder of the host does. */
  readonly folder: string;
  readonly elasticsearch: ElasticsearchAddress;
  /** The index that it writes to, a plain one: no template, no life cycle. */
  readonly index: string;
  /** What it reads, in the terms of its configuration. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What the log says when everything but the output, which connects with the first event, is up. */
const RUNS: Readonly<Record<Program, string>> = {
  filebeat: 'filebeat start running',
  heartbeat: 'heartbeat is running',
};

/** What Kubernetes gives a pod unless it asks for more; a Beat that waits for nothing takes a second. */
const GRACE_MS = 30_000;

/** Starts a Beat with a key (`id:api_key`) in its environment, and waits until it runs. `run` counts its starts. */
export async function startBeat(options: BeatOptions, apiKey: string, run: number): Promise<BeatProcess> {
  const { program, binaries, folder } = options;
  noteForRun(apiKey);
  const configuration = path.join(folder, `${program}.json`);
  await mkdir(folder, { recursive: true });
  // A Beat refuses a configuration that others may write; JSON is YAML.
  await writeFile(configuration, JSON.stringify(await configurationOf(options)), { mode: 0o600 });
  const log = path.join(folder, `log-${run}`);
  const server = new ServerProcess({
    name: program,
    command: path.join(binaries, program),
    args: [
      ...['-e', '-c', configuration, '--path.home', folder, '--path.config', folder],
      ...['--path.data', path.join(folder, 'data'), '--path.logs', folder],
    ],
    env: { PATH: process.env['PATH'], ELASTICSEARCH_API_KEY: apiKey },
    log,
    ready: async () => (await readFile(log, 'utf8')).includes(RUNS[program]),
  });
  await server.start();
  return {
    stop: () => server.stop(GRACE_MS),
    unanswered: () => unanswered(socketIn(folder)),
    log: () => readFile(log, 'utf8'),
  };
}

/** A Beat that runs. */
export interface BeatProcess {
  /** SIGTERM, and SIGKILL after the time that Kubernetes gives a pod. */
  stop(): Promise<void>;
  /** How many events it holds that it has not sent, or has no answer to. */
  unanswered(): Promise<number>;
  /** All that this process wrote. */
  log(): Promise<string>;
}

const socketIn = (folder: string): string => path.join(folder, 'stats.sock');

/** https://www.elastic.co/guide/en/beats/filebeat/7.17/http-endpoint.html */
async function unanswered(socketPath: string): Promise<number> {
  const dispatcher = new Agent({ connect: { socketPath } });
  try {
    const { body } = await request('http://beat/stats', { dispatcher });
    const stats = (await body.json()) as Stats;
    return stats.libbeat.pipeline.events.active;
  } finally {
    await dispatcher.destroy();
  }
}

interface Stats {
  readonly libbeat: { readonly pipeline: { readonly events: { readonly active: number } } };
}

async function configurationOf({ program, folder, elasticsearch, index, inputs }: BeatOptions): Promise<object> {
  const { url, ca } = elasticsearch;
  const caFile = path.join(folder, 'ca.crt');
  if (ca !== undefined) await writeFile(caFile, ca);
  return {
    [program]: inputs,
    http: { enabled: true, host: `unix://${socketIn(folder)}` },
    setup: { template: { enabled: false }, ilm: { enabled: false } },
    output: {
      elasticsearch: {
        hosts: [url],
        api_key: '${ELASTICSEARCH_API_KEY}',
        index,
        ...(ca === undefined ? {} : { ssl: { certificate_authorities: [caFile] } }),
      },
    },
  };
}
