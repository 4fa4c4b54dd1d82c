import { userInfo } from 'node:os';
import { GenericContainer } from 'testcontainers';
import { answers, output } from './command.ts';

const image = 'golang:1.26';
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Runs `go` with these arguments, to its end; gives its output. */
export type Go = (...args: readonly string[]) => Promise<string>;

/** Where `go` works, and how. */
export interface GoPlace {
  /** The folder with go.mod. */
  readonly module: string;
  /** A folder that it may write to. */
  readonly into: string;
  /** Whether everything else on this machine goes before it. */
  readonly inTheBackground: boolean;
}

const settings = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };

/** Lets `work` run `go`: the one on PATH, or where there is none one in a container, which nobody has reported a run of yet. */
export async function withGo<T>(place: GoPlace, work: (go: Go) => Promise<T>): Promise<T> {
  if (!(await answers('go', ['version']))) return withGoContainer(place, work);
  const options = { cwd: place.module, env: { ...process.env, ...settings }, long: true };
  return work((...args) => output('go', args, { ...options, lowPriority: place.inTheBackground }));
}

async function withGoContainer<T>({ module, into }: GoPlace, work: (go: Go) => Promise<T>): Promise<T> {
  const { uid, gid } = userInfo();
  const container = await new GenericContainer(image)
    .withBindMounts([
      { source: module, target: module, mode: 'ro' },
      { source: into, target: into, mode: 'rw' },
    ])
    .withWorkingDir(module)
    .withUser(`${uid}:${gid}`)
    .withEnvironment({
      ...settings,
      HOME: '/tmp',
      GOPATH: '/tmp/go',
      GOOS: process.platform,
      GOARCH: architectures[process.arch] ?? process.arch,
    })
    .withCommand(['sleep', 'infinity'])
    .start();
  try {
    return await work(async (...args) => {
      const { exitCode, stdout, stderr } = await container.exec(['go', ...args]);
      if (exitCode !== 0)
        throw new Error(`go ${args.slice(0, 3).join(' ')} ended with ${exitCode}:\n${stderr.slice(-2000)}`);
      return stdout;
    });
  } finally {
    await container.stop();
  }
}
