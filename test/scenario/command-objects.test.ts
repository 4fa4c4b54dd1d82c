import { readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BeatApiKey } from '../../src/api/types.ts';
import { COMPLETION_SCRIPTS } from '../../src/cli/completion.ts';
import { runCommand } from '../contract/command-terminal.ts';
import { finish } from '../testbed/command.ts';
import { controlPlane } from '../testbed/current.ts';
import { operatorDeployment } from './commands/operator-deployment.ts';
import { openPerson } from './commands/person.ts';
import { commandsOf, isAboutObjects } from './commands/page.ts';
import { openProgram } from './commands/program.ts';
import { untilOut } from './consumers/roll-out.ts';
import { connection } from './manifests.ts';
import type { Objects } from './objects.ts';
import { isLiving } from './server-keys.ts';
import { openTrouble, SHORT_TIMES } from './trouble/open.ts';

/** The commands that look at objects and keys, and ask for something, on real servers with one operator. */

const trouble = await openTrouble({ guests: 1, settings: { BEATKEYS_ORPHANS: 'report-only' } });
const { world, site } = trouble;
const { objects, node, user } = site;
/** What the page calls logging. */
const [logging] = site.guests as [Objects];
const { home } = world;
const { namespace } = objects;
const program = openProgram();
const { kubeconfig } = controlPlane();
const people = new AsyncDisposableStack();
afterAll(async () => {
  await people.disposeAsync();
  await program[Symbol.asyncDispose]();
  await trouble.close();
});

const VERSION = '7.7.7';
const roleDescriptors = { role: { cluster: ['monitor'] } };
const OWN = { apiGroups: ['beatkeys.dev'], resources: ['beatapikeys'] };
const operator = ['--operator-namespace', home.namespace];
/** Other tests have connections too, which may be broken on purpose. */
const keys = [...operator, '--connection', `${namespace}/main`];

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command as the administrator, or with another kubeconfig; nothing of what it writes may be secret. In this
 * process, which takes a tenth of the time: the page's commands are run as the bundle.
 */
async function run(
  args: readonly string[],
  options: { as?: string; env?: Record<string, string>; answer?: string } = {},
): Promise<Ran> {
  const { as = kubeconfig, ...given } = options;
  const { code, out: stdout, told } = await runCommand([...args, '--kubeconfig', as], given);
  const stderr = told.map((line) => `${line}\n`).join('');
  expect(world.leaks.foundIn({ stdout, stderr })).toEqual([]);
  return { code, stdout, stderr };
}

const here = ['-n', namespace];
const orphans = new Map<string, string>();

interface Listed {
  readonly id: string;
  readonly beatApiKey: string;
  readonly status: string;
}
const listed = async (more: readonly string[] = [], where = namespace): Promise<readonly Listed[]> => {
  const { stdout } = await run(['list', '-n', where, ...keys, '-o', 'json', ...more]);
  return JSON.parse(stdout) as readonly Listed[];
};

/** Until the keys of these former objects are so old that nobody can be storing them. */
const untilOrphaned = (where: Objects, names: readonly string[]) =>
  vi.waitFor(
    async () => {
      const found = (await listed(['--status', 'orphaned'], where.namespace)).map(({ beatApiKey }) => beatApiKey);
      expect(found).toEqual(expect.arrayContaining(names.map((name) => `${where.namespace}/${name}`)));
    },
    { timeout: 90_000, interval: 1_000 },
  );

beforeAll(async () => {
  const settings = {
    BEATKEYS_WATCH_NAMESPACES: `${namespace},${logging.namespace}`,
    BEATKEYS_ATTEMPT_LIMIT: SHORT_TIMES.BEATKEYS_ATTEMPT_LIMIT,
  };
  await home.apply(operatorDeployment(home.namespace, VERSION, settings));
  await logging.apply(...connection(logging.namespace, 'main', node, user));
  const left = ['left-1', 'left-2', 'left-3'];
  const ids = await Promise.all(left.map((name) => leave(objects, name)));
  for (const [index, name] of left.entries()) orphans.set(name, ids[index] ?? '');
  await leave(logging, 'left');
  await logging.issue('packetbeat', { roleDescriptors, expiration: '30d' });
});

/** Leaves a key behind: without its Secret that of an object that is gone is an orphan. */
async function leave(where: Objects, name: string): Promise<string> {
  const { status } = await where.issue(name, { roleDescriptors, deletionPolicy: 'Retain' });
  await where.remove('BeatApiKey', name);
  await where.untilGone('BeatApiKey', name);
  await where.remove('Secret', name);
  return status?.keyID ?? '';
}

describe('docs/command-line.md: what the page says of objects and keys is what the program writes', async () => {
  const page = await readFile(path.resolve(import.meta.dirname, '../../docs/command-line.md'), 'utf8');
  const commands = commandsOf(page).filter(isAboutObjects);

  /** What differs from run to run, in both texts; columns are as wide as the names in them. */
  const steady = (text: string): string =>
    text
      .replaceAll(logging.namespace, 'logging')
      .replaceAll(home.namespace, 'beatkeys-system')
      .replaceAll(user.username, 'beatkeys')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/\S+ holds Lease/g, 'POD holds Lease')
      .replace(/(beatkeys |operator |beatkeys:)\d[\d.]*/g, '$1VERSION')
      .replace(/Elasticsearch [\d.]+\d/g, 'Elasticsearch VERSION')
      .replace(/cluster [\w-]{22}\b/g, 'cluster UUID')
      .replace(/(?<![\w-])[\w-]{20}(?![\w-])/g, 'ID')
      // The newest Elasticsearch of the test bed has no certificate.
      .replace('; credentials travel in clear, since spec.urls has http://', '')
      .replace(/ {2,}/g, '  ');

  beforeAll(async () => {
    await untilOut(home, 'Deployment', 'beatkeys');
    await untilOrphaned(logging, ['left']);
  });

  test('it has commands of every kind', () => {
    for (const name of ['status -n', 'status packetbeat', 'rotate', 'revoke', 'list', 'delete', 'check', 'version'])
      expect(commands.some(({ command }) => command.startsWith(`beatkeys ${name}`)) || name).toBe(true);
  });

  test.for(commands.map(({ command, output }) => [command, output] as const))('$ %s', async ([command, output]) => {
    const line = command
      .replaceAll('logging', logging.namespace)
      .replace(/^beatkeys (list|delete|check|version)/, `$& --operator-namespace ${home.namespace}`);
    const env = { PATH: await program.path(), KUBECONFIG: kubeconfig };
    const { stdout } = await finish('sh', ['-c', `{ ${line}\n} 2>&1`], { cwd: program.folder, env });
    expect(world.leaks.foundIn({ stdout })).toEqual([]);
    expect(steady(stdout)).toBe(steady(output));
  });
});

describe('beatkeys status', () => {
  let object: BeatApiKey;
  beforeAll(async () => {
    object = await objects.issue('packetbeat', { roleDescriptors, expiration: '30d' });
    // A search finds it about a second after it was made.
    const ids = async () => (await listed()).map(({ id }) => id);
    await vi.waitFor(async () => expect(await ids()).toContain(object.status?.keyID), {
      timeout: 30_000,
      interval: 500,
    });
  });

  test('shows object, Secret, key in Elasticsearch and events, and no value', async () => {
    const { code, stdout, stderr } = await run(['status', 'packetbeat', ...here]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const id = object.status?.keyID ?? '';
    for (const line of [
      new RegExp(`^BeatApiKey +${namespace}/packetbeat$`, 'm'),
      /^State +ready since \S+: KeyReady: key/m,
      new RegExp(`^Secret +packetbeat: holds key ${id} since`, 'm'),
      new RegExp(`^Key +${id}: Active, of user ${user.username} `, 'm'),
      /^Events .* Normal KeyIssued /m,
    ])
      expect(stdout).toMatch(line);
  });

  test('asks Elasticsearch as somebody else when told to, or not at all', async () => {
    const env = { ES_PASSWORD: node.password };
    const asAdmin = await run(['status', 'packetbeat', ...here, '--username', node.username], { env });
    expect(asAdmin.stdout).toContain(': Active, of user');
    const wrong = await run(['status', 'packetbeat', ...here, '--username', node.username], {
      env: { ES_PASSWORD: 'not-the-password' },
    });
    expect(wrong.stdout).toContain('Elasticsearch does not accept this user name and password');
    const silent = await run(['status', 'packetbeat', ...here, '--no-elasticsearch', '-o', 'json']);
    expect((JSON.parse(silent.stdout) as { key: string }).key).toContain('is not known (not asked for)');
  });

  test('shows what the caller may see, and says which right lacks for the rest', async () => {
    const { path: as } = people.use(await openPerson(objects, 'reader', [{ ...OWN, verbs: ['get', 'list'] }]));
    const { code, stdout } = await run(['status', 'packetbeat', ...here], { as });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Secret +packetbeat: you lack the right to get secrets in namespace/m);
    expect(stdout).toMatch(/^Key .*you lack the right to get elasticsearchconnections\.beatkeys\.dev in namespace/m);
    expect(stdout).toMatch(/^Events +you lack the right to list events\.events\.k8s\.io in namespace/m);
    const rotated = await run(['rotate', 'packetbeat', ...here], { as });
    expect({ code: rotated.code, stdout: rotated.stdout }).toEqual({ code: 1, stdout: '' });
    expect(rotated.stderr).toContain('you lack the right to patch beatapikeys.beatkeys.dev in namespace');
  });

  test('gives a line for each object without a name', async () => {
    const { stdout } = await run(['status', ...here]);
    expect(stdout).toMatch(/^BEATAPIKEY +READY +REASON/);
    expect(stdout).toMatch(
      new RegExp(`^${namespace}/packetbeat +True +KeyReady +packetbeat +${object.status?.keyID}`, 'm'),
    );
  });

  test('says that there is no such object, and no such context', async () => {
    const lost = await run(['status', 'packetbeat', ...here, '--context', 'none']);
    expect({ code: lost.code, stderr: lost.stderr }).toEqual({
      code: 2,
      stderr: 'error: the kubeconfig has no context none\n',
    });
    const { code, stderr } = await run(['status', 'none', ...here]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `error: there is no BeatApiKey ${namespace}/none\n` });
  });
});

describe('beatkeys rotate', () => {
  test('waits until the key is replaced; a retirement that is blocked is seen', async () => {
    const rotation = { overlap: '1s' };
    const consumers = [{ kind: 'Deployment', name: 'nowhere' }] as const;
    const first = await objects.issue('blocked', { roleDescriptors, rotation, consumers });
    const { code, stdout } = await run(['rotate', 'blocked', ...here, '--request', 'now', '--wait']);
    const second = await objects.ready('blocked');
    expect(code).toBe(0);
    expect(stdout).toContain(`BeatApiKey ${namespace}/blocked: spec.rotation.request is "now"\n`);
    expect(stdout).toContain(
      `key ${second.status?.keyID} has taken the place of ${first.status?.keyID}, which works until`,
    );
    const words = 'Deployment/nowhere, which does not exist';
    await objects.until('BeatApiKey', 'blocked', words, ({ status }) => status?.retiring?.[0]?.waitingFor === words);
    const shown = await run(['status', 'blocked', ...here]);
    expect(shown.stdout).toMatch(
      new RegExp(`^Retiring +${first.status?.keyID} \\(Retiring\\): .*waits for ${words}$`, 'm'),
    );
    expect(shown.stdout).toMatch(/^Consumers +Deployment\/nowhere: does not exist$/m);
    const states = await listed(['--status', 'Retiring']);
    expect(states.map(({ id }) => id)).toContain(first.status?.keyID);
  });

  test('touches one field, as a manager of its own, and nothing in a dry run', async () => {
    const { metadata } = await objects.issue('narrow', { roleDescriptors });
    const dry = await run(['rotate', 'narrow', ...here, '--dry-run']);
    expect(dry.stdout).toMatch(/spec\.rotation\.request would be "cli-/);
    expect((await objects.find('BeatApiKey', 'narrow'))?.metadata.generation).toBe(metadata.generation);
    expect((await run(['rotate', 'narrow', ...here, '--wait'])).code).toBe(0);
    const raw = await objects.kubectl(['get', 'beatapikey', 'narrow', '--show-managed-fields', '-o', 'json']);
    const { managedFields } = (
      JSON.parse(raw) as { metadata: { managedFields: { manager: string; fieldsV1: object }[] } }
    ).metadata;
    const own = managedFields.find(({ manager }) => manager === 'beatkeys-cli');
    expect(own?.fieldsV1).toEqual({ 'f:spec': { 'f:rotation': { '.': {}, 'f:request': {} } } });
  });

  test('takes objects by their labels, and warns where another tool brings them', async () => {
    await objects.issue('labelled', { roleDescriptors });
    await objects.issue('managed', { roleDescriptors });
    await objects.kubectl(['label', 'beatapikey', 'labelled', 'managed', 'team=net']);
    await objects.kubectl(['label', 'beatapikey', 'managed', 'kustomize.toolkit.fluxcd.io/name=keys']);
    const { code, stdout, stderr } = await run(['rotate', '-l', 'team=net', ...here, '--request', 'both']);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      `BeatApiKey ${namespace}/labelled: spec.rotation.request is "both"`,
      `BeatApiKey ${namespace}/managed: spec.rotation.request is "both"`,
    ]);
    expect(stderr).toContain(`warning: BeatApiKey ${namespace}/managed is managed by Flux Kustomization keys`);
    await objects.until('BeatApiKey', 'labelled', 'both', ({ status }) => status?.handledRequest === 'both');
  });

  test('does not take all without being asked back', async () => {
    const { code, stdout, stderr } = await run(['rotate', '--all', ...here]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--all needs --yes where nobody can be asked');
    const no = await run(['rotate', '--all', ...here], { answer: 'no' });
    expect(no).toEqual({ code: 1, stdout: '', stderr: 'nothing was done\n' });
    const yes = await run(['rotate', '--all', '-n', logging.namespace], { answer: 'y' });
    expect(yes.stdout).toMatch(
      new RegExp(`^BeatApiKey ${logging.namespace}/packetbeat: spec.rotation.request is "cli-`),
    );
  });

  test('says why the operator cannot do it, and when it did not in time', async () => {
    await objects.applyKey('refused', { roleDescriptors: { role: { cluster: ['all'] } } });
    await objects.refused('refused', 'PolicyViolation');
    const refused = await run(['rotate', 'refused', ...here, '--wait']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('PolicyViolation: ');
    world.operator.pause();
    try {
      const late = await run(['rotate', 'narrow', ...here, '--wait', '--timeout', '1s']);
      expect(late.code).toBe(3);
      expect(late.stderr).toContain('not done in time: the operator has not seen it yet');
    } finally {
      world.operator.resume();
    }
  });
});

test('beatkeys revoke waits until the old key is dead', async () => {
  await objects.issue('leaked', { roleDescriptors });
  const old = await site.beat('leaked');
  const { code, stdout } = await run(['revoke', 'leaked', ...here, '--request', 'leak-4711', '--wait']);
  expect({ code, says: stdout.includes('which is invalidated') || stdout }).toEqual({ code: 0, says: true });
  expect(await old.authenticate()).toBe(401);
  expect(await (await site.beat('leaked')).authenticate()).toBe(200);
  expect((await objects.find('BeatApiKey', 'leaked'))?.spec.rotation).toEqual({ revokeRequest: 'leak-4711' });
});

describe('beatkeys list and delete', () => {
  test('every key is listed with its state', async () => {
    await untilOrphaned(objects, [...orphans.keys()]);
    const held = await objects.issue('held', { roleDescriptors });
    await vi.waitFor(
      async () => {
        const all = await listed();
        expect(all.find(({ id }) => id === held.status?.keyID)?.status).toBe('Active');
        expect(all.some(({ status }) => status === 'Invalidated')).toBe(false);
      },
      { timeout: 30_000, interval: 1_000 },
    );
    expect((await listed(['--status', 'Invalidated'])).length).toBeGreaterThan(0);
    const { code, stdout } = await run(['list', ...here, ...keys]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^NAME +BEATAPIKEY +USER +REALM +CREATED +EXPIRES +STATUS +ID +CONNECTION$/m);
    expect(stdout).toMatch(new RegExp(` ${user.username} +\\S+ +\\d{4}-`));
  });

  test('a key that somebody answers for is refused', async () => {
    const { status } = await objects.ready('packetbeat');
    const retained = await objects.issue('retained', { roleDescriptors, deletionPolicy: 'Retain' });
    await objects.remove('BeatApiKey', 'retained');
    await objects.untilGone('BeatApiKey', 'retained');
    const ids = [status?.keyID ?? '', retained.status?.keyID ?? ''];
    await vi.waitFor(
      async () => {
        const { code, stdout, stderr } = await run(['delete', ...ids, 'no-such-key', ...keys]);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toContain(`BeatApiKey ${namespace}/packetbeat answers for it`);
        expect(stderr).toContain(`it is in use: Secret ${namespace}/retained holds it`);
        expect(stderr).toContain('refused: no-such-key: there is no key of this id with the mark of installation');
      },
      { timeout: 30_000, interval: 1_000 },
    );
    for (const id of ids) expect(await isLiving(node, id)).toBe(true);
  });

  test('a key of another installation is not found', async () => {
    const id = orphans.get('left-1') ?? '';
    const { code, stderr } = await run(['delete', id, ...keys, '--installation', 'another']);
    expect({ code, says: stderr.includes('there is no key of this id') || stderr }).toEqual({ code: 1, says: true });
    expect(await isLiving(node, id)).toBe(true);
  });

  test('who does not see all Secrets invalidates nothing', async () => {
    const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] };
    const all = { ...OWN, resources: ['beatapikeys', 'elasticsearchconnections'], verbs: ['get', 'list'] };
    const { path: as } = people.use(await openPerson(objects, 'owner', [secrets, all]));
    const id = orphans.get('left-1') ?? '';
    const installation = (await objects.ready('packetbeat')).metadata.annotations?.['beatkeys.dev/installation'] ?? '';
    const asked = ['delete', id, ...keys, '--installation', installation];
    await vi.waitFor(
      async () => {
        const { code, stdout, stderr } = await run(asked, { as });
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toContain('whether somebody uses it cannot be seen');
      },
      { timeout: 30_000, interval: 1_000 },
    );
    expect(await isLiving(node, id)).toBe(true);
  });

  test('an orphan is invalidated by its id, and all of them at once', async () => {
    await untilOrphaned(objects, [...orphans.keys()]);
    const [one = '', ...others] = orphans.values();
    const dry = await run(['delete', one, '--dry-run', ...keys]);
    expect({ code: dry.code, stdout: dry.stdout }).toEqual({
      code: 0,
      stdout: `${namespace}/left-1: key ${one}: would be invalidated\n`,
    });
    expect(await isLiving(node, one)).toBe(true);
    const { code, stdout } = await run(['delete', one, ...keys]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${namespace}/left-1: key ${one}: is invalidated\n` });
    expect(await isLiving(node, one)).toBe(false);
    for (const id of others) expect(await isLiving(node, id)).toBe(true);
    const unasked = await run(['delete', '--all-orphans', ...keys]);
    expect({ code: unasked.code, stdout: unasked.stdout }).toEqual({ code: 2, stdout: '' });
    const all = await run(['delete', '--all-orphans', '--yes', ...keys]);
    expect(all.code).toBe(0);
    for (const id of others) {
      expect(all.stdout).toContain(`key ${id}: is invalidated`);
      expect(await isLiving(node, id)).toBe(false);
    }
    const { status } = await objects.ready('packetbeat');
    expect(await isLiving(node, status?.keyID ?? '')).toBe(true);
  });
});

describe('beatkeys check', () => {
  const check = async (...more: readonly string[]) => run(['check', ...here, ...operator, ...more]);

  test('finds all in order', async () => {
    await untilOut(home, 'Deployment', 'beatkeys');
    const { code, stdout } = await check('-o', 'json', '--wait');
    const checks = JSON.parse(stdout) as readonly { name: string; state: string; message: string }[];
    expect(checks.map(({ name, state }) => [name, state])).toEqual([
      ['kinds', 'ok'],
      ['fields', 'ok'],
      ['deployment', 'ok'],
      ['leader', 'ok'],
      ['connection', 'ok'],
      ['permissions', 'ok'],
    ]);
    expect(code).toBe(0);
  });

  test('says what is not, and what to do', async () => {
    const { code, stdout } = await check('--lease', 'nobody');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed +leader +there is no Lease .*\/nobody: no operator was here$/m);
    expect(stdout).toMatch(/^ +do: see that the operator runs/m);
    expect((await check('--lease', 'nobody', '--wait', '--timeout', '1s')).code).toBe(3);
  });

  test('finds the right that the account lacks', async () => {
    const settings = { BEATKEYS_WATCH_NAMESPACES: namespace, BEATKEYS_RESTART_CONSUMERS: 'true' };
    await home.apply(operatorDeployment(home.namespace, VERSION, settings));
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^failed +permissions +system:serviceaccount:.* lacks the right to patch deployments\.apps/m,
    );
    expect(stdout).toContain("do: grant it by the chart's value rbac.restartConsumers");
  });

  test('passes over what the caller may not see', async () => {
    const { path: as } = people.use(await openPerson(objects, 'visitor', [{ ...OWN, verbs: ['get'] }]));
    const { code, stdout } = await run(['check', ...here, ...operator], { as });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +kinds /m);
    expect(stdout).toMatch(/^skipped +leader +you lack the right to get leases\.coordination\.k8s\.io in namespace/m);
    expect(stdout).toMatch(/^skipped +connection +you lack the right to list elasticsearchconnections/m);
  });
});

test("beatkeys version tells the operator's, where it is seen", async () => {
  const { code, stdout } = await run(['version', ...operator, '-o', 'json']);
  expect({ code, said: JSON.parse(stdout) as unknown }).toEqual({
    code: 0,
    said: {
      client: '0.0.0-test',
      operator: { version: VERSION, deployment: `${home.namespace}/beatkeys` },
    },
  });
  const unseen = await run(['version', '--operator-namespace', 'none']);
  expect(unseen.code).toBe(0);
  expect(unseen.stderr).toContain('note: the operator cannot be seen: there is no Deployment of it in namespace none');
});

describe('kubectl beatkeys', () => {
  const kubectl = async (...args: readonly string[]) => {
    const env = { PATH: await program.path(), KUBECONFIG: kubeconfig, HOME: program.folder };
    const { code, stdout, stderr } = await finish(controlPlane().kubectlPath, args, { env });
    expect(world.leaks.foundIn({ stdout, stderr })).toEqual([]);
    return { code, stdout, stderr };
  };

  test('is the same program, and runs no operator unless it is told to', async () => {
    const { code, stdout } = await kubectl('beatkeys', 'status', ...here);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${namespace}/packetbeat +True +KeyReady`, 'm'));
    const help = await kubectl('beatkeys');
    expect({ code: help.code, begins: help.stdout.startsWith('Usage: beatkeys') }).toEqual({ code: 0, begins: true });
  });

  test('is completed by kubectl', async () => {
    const [bin = ''] = (await program.path()).split(':');
    await writeFile(path.join(bin, 'kubectl_complete-beatkeys'), COMPLETION_SCRIPTS.kubectl, { mode: 0o755 });
    // The script calls kubectl by its name.
    await symlink(controlPlane().kubectlPath, path.join(bin, 'kubectl'));
    const { code, stdout } = await kubectl('__complete', 'beatkeys', 'status', ...here, 'packet');
    expect({ code, first: stdout.split('\n')[0] }).toEqual({ code: 0, first: 'packetbeat' });
  });
});

describe('beatkeys completion', () => {
  test('bash completes options and the names of objects', async () => {
    const script = `
      source <(beatkeys completion bash)
      complete -p beatkeys
      for line in "$@"; do
        read -ra COMP_WORDS <<< "$line"
        COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
        _beatkeys
        printf '%s: ' "$line"; echo "\${COMPREPLY[@]}"
      done`;
    const lines = {
      'beatkeys rotate --req': '--request',
      [`beatkeys status -n ${namespace} packet`]: 'packetbeat',
      [`beatkeys list --connection ${namespace}/`]: `${namespace}/main`,
    };
    const env = { PATH: await program.path(), KUBECONFIG: kubeconfig };
    const { stdout } = await finish('bash', ['--norc', '-c', script, 'bash', ...Object.keys(lines)], { env });
    expect(stdout.trim().split('\n')).toEqual([
      'complete -o default -F _beatkeys beatkeys',
      ...Object.entries(lines).map(([line, offered]) => `${line}: ${offered}`),
    ]);
  });

  test('what cannot be had is not offered', async () => {
    const words = ['status', '--context', 'none', ''];
    const { code, stdout, stderr } = await program.run(['__complete', '--', ...words], {
      env: { KUBECONFIG: kubeconfig },
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
