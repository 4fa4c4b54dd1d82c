import { finish, output, type Finished } from '../testbed/command.ts';

/** The environment variables that `npm run image -- --prove` sets: the name of the image, and the engine's client. */
const { BEATKEYS_IMAGE: image = '', BEATKEYS_IMAGE_ENGINE: engine = 'docker' } = process.env;

/** As a pod is locked down that Pod Security's `restricted` admits, and with a root file system that nobody writes. */
const LOCKED_DOWN = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--network=host'];

/** Runs the image's own program with arguments to its end. `options` are those of the engine. */
export function runImage(args: readonly string[], options: readonly string[] = []): Promise<Finished> {
  return finish(engine, ['run', '--rm', ...LOCKED_DOWN, ...options, image, ...args]);
}

/** The names of labels and their values. */
export async function labels(): Promise<Readonly<Record<string, string>>> {
  const text = await output(engine, ['image', 'inspect', '--format', '{{json .Config.Labels}}', image]);
  return JSON.parse(text) as Record<string, string>;
}

/** Copies a folder of the image to one of this machine, which is not there yet. */
export async function copyOut(folder: string, target: string): Promise<void> {
  const id = (await output(engine, ['create', image])).trim();
  await output(engine, ['cp', `${id}:${folder}`, target]);
  await output(engine, ['rm', id]);
}

/** A container of the image that runs until it is stopped; disposing of it removes it. */
export class Container implements AsyncDisposable {
  readonly #id: string;

  private constructor(id: string) {
    this.#id = id;
  }

  static async start(args: readonly string[], options: readonly string[]): Promise<Container> {
    const all = ['run', '--detach', ...LOCKED_DOWN, ...options, image, ...args];
    return new Container((await output(engine, all)).trim());
  }

  /** All that it wrote. */
  async log(): Promise<string> {
    const { stdout, stderr } = await finish(engine, ['logs', this.#id]);
    return `${stdout}${stderr}`;
  }

  /** Runs JavaScript in it, and gives the value of the last statement as text. */
  evaluate(script: string): Promise<string> {
    return output(engine, ['exec', this.#id, 'node', '--print', script]);
  }

  /** SIGTERM, as Kubernetes sends it; gives the exit code. After `patience` seconds it is killed, which is 137. */
  async stop(patience: number): Promise<number> {
    await output(engine, ['stop', `--time=${patience}`, this.#id]);
    return Number(await output(engine, ['inspect', '--format', '{{.State.ExitCode}}', this.#id]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await output(engine, ['rm', '--force', this.#id]);
  }
}
