import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/**
 * Loaded into an operator by `--import`: plays the DNS and the Services of a cluster, which a process outside of one does
 * not have. The file that BEATKEYS_TEST_SERVICES names says to which port of 127.0.0.1 a Service's name and port lead; it
 * is read anew each time. Other names under `.svc` are not known. All else stays as it is: which name a certificate must
 * be for, and whether it is trusted, is decided by what asks for the connection.
 */
const file = process.env['BEATKEYS_TEST_SERVICES'] ?? '';

const portOf = (service: string): number | undefined =>
  (JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, number>>)[service];

const connect = tls.connect.bind(tls) as (options: tls.ConnectionOptions, ...rest: unknown[]) => tls.TLSSocket;
const lookUp = dns.lookup.bind(dns) as (host: string, ...rest: unknown[]) => void;

Object.assign(tls, {
  connect: (options: tls.ConnectionOptions, ...rest: unknown[]) => {
    const port = portOf(`${options.host}:${options.port}`);
    return connect(port === undefined ? options : { ...options, host: '127.0.0.1', port }, ...rest);
  },
});
Object.assign(dns, {
  lookup: (host: string, ...rest: unknown[]) => {
    if (!host.endsWith('.svc')) return lookUp(host, ...rest);
    const answer = rest.at(-1) as (error: Error) => void;
    const error = Object.assign(new Error('not known'), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: host });
    setImmediate(() => answer(error));
  },
});
