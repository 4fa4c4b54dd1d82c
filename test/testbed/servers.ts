import type { Finished } from './command.ts';
import type { Progress } from './progress.ts';

/** Where an API server is, and how to be its administrator. Plain data: it goes from one process to another. */
export interface ControlPlaneAddress {
  /** Path of a kubeconfig with the same content as the fields below. */
  readonly kubeconfig: string;
  readonly url: string;
  /** Bearer token of a member of `system:masters`, or of a cluster administrator. */
  readonly token: string;
  /** The CA of the server's certificate, PEM. */
  readonly ca: string;
  /** Path of kubectl. */
  readonly kubectlPath: string;
  /** Path of helm. */
  readonly helmPath: string;
  /** Path of the audit log, one JSON event a line, level Metadata, complete as soon as a request was answered. */
  readonly auditLog?: string;
  /** Whether pods are scheduled to nodes and played by a script; if not, nodes and kubelets are real. */
  readonly playedNodes: boolean;
}

/** An API server with etcd and controllers that runs somewhere. */
export interface ControlPlane extends ControlPlaneAddress {
  /** Runs kubectl as administrator to its end, whatever its exit code. */
  kubectl(args: readonly string[], options?: { input?: string }): Promise<Finished>;
}

/** A control plane that this process started, or may treat so. */
export interface RunningControlPlane extends ControlPlane {
  /**
   * Makes nodes `node-1` to `node-COUNT`, labelled `beatkeys.test/played-node=true`, on which pods become Running and
   * Ready at once. Does nothing where nodes are real.
   */
  startNodes(count: number): Promise<void>;
  /** Only where the test bed can do it: takes the API server away and brings it back, same port and same data. */
  readonly interrupt?: Interruption;
  stop(): Promise<void>;
}

/** Where an Elasticsearch is, and its administrator. Plain data. */
export interface ElasticsearchAddress {
  /** `http:` or `https:`, no path. */
  readonly url: string;
  readonly version: string;
  readonly username: string;
  readonly password: string;
  /** The CA of the node's certificate, PEM; not there when it is plain HTTP or the CA is a public one. */
  readonly ca?: string;
}

/** Who asks. `apiKey` is the `encoded` value of a key. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly apiKey: string };

/** An answer: the status and the body, JSON where it is JSON. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Privileges, in the terms of Elasticsearch's API to create a role. */
export interface Role {
  readonly cluster?: readonly string[];
  readonly indices?: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[];
}

/** An Elasticsearch that runs somewhere. */
export interface ElasticsearchNode extends ElasticsearchAddress {
  /** Asks it something, as the administrator when `as` is not given. A string is sent as it is, all else as JSON. */
  request(
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    options?: { as?: Credentials },
  ): Promise<Reply>;
  /** Makes a role and a native user of that name with a password of its own. */
  createUser(name: string, role: Role): Promise<{ username: string; password: string }>;
  /** Closes this client's connections; the node goes on. */
  close(): Promise<void>;
}

/** An Elasticsearch that this process started, or may treat so. */
export interface RunningElasticsearch extends ElasticsearchNode {
  /** Only where the test bed can do it: takes the node away and brings it back, same port and same data. */
  readonly interrupt?: Interruption;
  stop(): Promise<void>;
}

/** An outage on demand. */
export interface Interruption {
  /** The process ends: connections are refused. */
  stop(): Promise<void>;
  /** Starts it again and waits until it answers. */
  start(): Promise<void>;
  /** The process stands still: connections are accepted by the kernel, and nothing answers. */
  pause(): void;
  /** Ends a pause. */
  resume(): void;
}

export interface ControlPlaneOptions {
  /** A folder of CustomResourceDefinitions, installed before the controllers start. */
  readonly crds?: string;
  readonly audit?: boolean;
}

export interface ElasticsearchOptions {
  /** One of the versions that the provider has. */
  readonly version: string;
  /** HTTPS with a certificate for localhost and 127.0.0.1; plain HTTP when not given. */
  readonly tls?: boolean;
  /** `trial` when not given: every feature. */
  readonly license?: 'trial' | 'basic';
  /** Whether the security features are on; they are when not given. Without them everybody may do everything. */
  readonly security?: boolean;
  /** A port of the loopback interface; a free one when not given. */
  readonly port?: number;
  /** Keeps its indices there instead of in a temporary folder. */
  readonly dataDir?: string;
  /** For benchmarks: whatever makes it start sooner and run slower is left out. */
  readonly fullSpeed?: boolean;
}

/** One way to get real servers. */
export interface Provider {
  readonly name: 'external' | 'docker' | 'native';
  /** What is missing on this machine, one sentence each with what to do; none means that the provider can be used. */
  missing(progress: Progress): Promise<string[]>;
  /** The versions of Elasticsearch that it has, newest first. */
  versions(): Promise<readonly string[]>;
  startControlPlane(options: ControlPlaneOptions, progress: Progress): Promise<RunningControlPlane>;
  /**
   * Only where the provider has a newer Kubernetes, too: its API server with an etcd and nothing else. Objects are
   * stored; nobody runs pods, collects garbage or empties namespaces.
   */
  startNewestApiServer?(options: ControlPlaneOptions, progress: Progress): Promise<RunningControlPlane>;
  startElasticsearch(options: ElasticsearchOptions, progress: Progress): Promise<RunningElasticsearch>;
}
