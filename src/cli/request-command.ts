import { CLI_FIELD_MANAGER } from '../api/names.ts';
import type { BeatApiKey } from '../api/types.ts';
import { Failure } from '../core/failure.ts';
import type { Caller } from '../kubernetes/caller.ts';
import { BEAT_API_KEYS } from '../kubernetes/resource.ts';
import { callerText } from './failure-text.ts';
import { managedWarning } from './gitops.ts';
import {
  callerGiven,
  flagAt,
  textAt,
  withCaller,
  withCallerOf,
  withNamespaces,
  type CallerGiven,
  type Given,
  type Setting,
} from './program.ts';
import {
  askedFor,
  fieldOf,
  hindrance,
  progressOf,
  requestPatch,
  subject,
  type Progress,
  type Verb,
} from './request.ts';
import { checkSelection, selectKeys, type Selection } from './selection.ts';
import { EXIT, UsageError, type Terminal } from './terminal.ts';
import { durationOf, waitFor } from './wait.ts';

const DESCRIPTIONS: Readonly<Record<Verb, string>> = {
  rotate: 'have keys replaced now; the old ones work until their overlap is over and their consumers have moved on',
  revoke: 'have keys replaced now and the old ones invalidated at once, as for a key that leaked',
};

interface RequestOptions extends Selection {
  readonly caller: CallerGiven;
  readonly text: string | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly waitMs: number | undefined;
}

/** Adds `beatkeys rotate` and `beatkeys revoke`. */
export function addRequestCommands({ program, terminal, ended }: Setting): void {
  for (const verb of ['rotate', 'revoke'] as const) {
    const command = program.command(verb).description(DESCRIPTIONS[verb]).argument('[names...]', 'BeatApiKeys');
    withCaller(withNamespaces(command))
      .option('-l, --selector <labels>', 'those with these labels, such as team=net')
      .option('--all', 'all of the namespace, or of all namespaces with -A')
      .option('--request <text>', `text for ${fieldOf(verb)} (default: one with the time)`)
      .option('--dry-run', 'have the API server check it, and change nothing')
      .option('--wait', 'until the operator has done it')
      .option('--timeout <duration>', 'how long to wait', '5m')
      .option('-y, --yes', 'do not ask back')
      .action(async (names: readonly string[], given: Given) => {
        ended(await requestCommand(verb, requestOptions(names, given), terminal));
      });
  }
}

function requestOptions(names: readonly string[], given: Given): RequestOptions {
  const timeoutMs = durationOf('--timeout', textAt(given, 'timeout') ?? '');
  return {
    names,
    selector: textAt(given, 'selector'),
    all: flagAt(given, 'all'),
    caller: callerGiven(given),
    text: textAt(given, 'request'),
    dryRun: flagAt(given, 'dryRun'),
    yes: flagAt(given, 'yes'),
    waitMs: flagAt(given, 'wait') ? timeoutMs : undefined,
  };
}

async function requestCommand(verb: Verb, options: RequestOptions, terminal: Terminal): Promise<number> {
  checkSelection(options, options.caller);
  if (options.dryRun && options.waitMs !== undefined) throw new UsageError('--dry-run leaves nothing to wait for');
  return withCallerOf(options.caller, async (caller) => {
    const objects = await selectKeys(caller, options.caller, options);
    if (objects.length === 0) {
      terminal.tell('no BeatApiKey is selected');
      return EXIT.refused;
    }
    if (options.all && !(await isMeant(verb, objects, options, terminal))) {
      terminal.tell('nothing was done');
      return EXIT.refused;
    }
    const text = options.text ?? `cli-${new Date(caller.now()).toISOString()}`;
    const asked = await ask(verb, objects, text, caller, options, terminal);
    if (options.waitMs === undefined) return asked.length === objects.length ? EXIT.ok : EXIT.refused;
    const code = await untilDone(verb, asked, text, caller, options.waitMs, terminal);
    return asked.length === objects.length || code === EXIT.timeout ? code : EXIT.refused;
  });
}

async function isMeant(
  verb: Verb,
  objects: readonly BeatApiKey[],
  { yes, dryRun }: RequestOptions,
  terminal: Terminal,
): Promise<boolean> {
  if (yes || dryRun) return true;
  const answer = await terminal.ask(`${verb} the keys of ${objects.length} BeatApiKeys? [y/N] `);
  if (answer === undefined) throw new UsageError('--all needs --yes where nobody can be asked');
  return /^y(es)?$/i.test(answer.trim());
}

/** Sets the field; answers the objects, as they were before, for which that worked. */
async function ask(
  verb: Verb,
  objects: readonly BeatApiKey[],
  text: string,
  { client }: Caller,
  { dryRun }: RequestOptions,
  terminal: Terminal,
): Promise<readonly BeatApiKey[]> {
  const asked: BeatApiKey[] = [];
  for (const [index, object] of objects.entries()) {
    terminal.progress(`${index} of ${objects.length}: ${subject(object)}`);
    const hinders = hindrance(object);
    if (hinders !== undefined) terminal.tell(`warning: ${subject(object)} ${hinders}`);
    if (object.metadata.deletionTimestamp !== undefined) continue;
    const managed = managedWarning(object, subject(object), fieldOf(verb));
    if (managed !== undefined) terminal.tell(managed);
    if (askedFor(object, verb) === text)
      terminal.tell(`note: ${subject(object)} was asked for that before: the same text again does nothing`);
    const { namespace, name } = object.metadata;
    try {
      const options = { fieldManager: CLI_FIELD_MANAGER, dryRun };
      await client.mergePatch({ resource: BEAT_API_KEYS, namespace, name }, requestPatch(object, verb, text), options);
      const done = dryRun ? 'would be' : 'is';
      terminal.out(`${subject(object)}: ${fieldOf(verb)} ${done} ${JSON.stringify(text)}\n`);
      asked.push(object);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      terminal.tell(`error: ${subject(object)}: ${callerText(error)}`);
    }
  }
  return asked;
}

/** Follows the objects until the operator has done what it was asked for, or cannot. Answers the exit code. */
async function untilDone(
  verb: Verb,
  asked: readonly BeatApiKey[],
  text: string,
  { client }: Caller,
  timeoutMs: number,
  terminal: Terminal,
): Promise<number> {
  const open = new Map<BeatApiKey, Progress | undefined>(asked.map((object) => [object, undefined]));
  let failed = false;
  await waitFor(timeoutMs, async () => {
    for (const before of [...open.keys()]) {
      const { namespace, name } = before.metadata;
      const now = await client.get({ resource: BEAT_API_KEYS, namespace, name });
      const progress = progressOf(before, now, verb, text);
      open.set(before, progress);
      terminal.progress(`${open.size} of ${asked.length} to go: ${subject(before)}: ${progress.message}`);
      if (progress.state === 'waiting') continue;
      open.delete(before);
      if (progress.state === 'done') terminal.out(`${subject(before)}: ${progress.message}\n`);
      else terminal.tell(`error: ${subject(before)}: ${progress.message}`);
      failed ||= progress.state === 'failed';
    }
    return open.size === 0 ? true : undefined;
  });
  for (const [before, progress] of open)
    terminal.tell(
      `error: ${subject(before)}: not done in time: ${progress?.message ?? 'the API server does not answer'}`,
    );
  return failed ? EXIT.refused : open.size === 0 ? EXIT.ok : EXIT.timeout;
}
