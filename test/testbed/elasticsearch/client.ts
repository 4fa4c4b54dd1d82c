import { randomBytes } from 'node:crypto';
import { Agent, request } from 'undici';
import { noteForRun } from '../../leaks/noted.ts';
import type { Credentials, ElasticsearchAddress, ElasticsearchNode, Reply } from '../servers.ts';

/** What tests do with a node that runs: ask it things, as the administrator or as somebody else. */
export function connectElasticsearch(address: ElasticsearchAddress): ElasticsearchNode {
  const dispatcher = new Agent({ connect: address.ca === undefined ? {} : { ca: address.ca } });
  const admin = { username: address.username, password: address.password };

  async function ask(method: Method, path: string, body?: unknown, options: { as?: Credentials } = {}): Promise<Reply> {
    const { statusCode, body: reply } = await request(new URL(path, address.url), {
      method,
      dispatcher,
      headers: { authorization: authorization(options.as ?? admin), 'content-type': 'application/json' },
      body: body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body),
    });
    const text = await reply.text();
    return { status: statusCode, body: parse(text) };
  }

  async function change(method: Method, path: string, body?: unknown): Promise<void> {
    const { status } = await ask(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} was answered with ${status}`);
  }

  return {
    ...address,
    request: ask,
    createUser: async (name, role) => {
      const password = randomBytes(16).toString('hex');
      await change('PUT', `/_security/role/${name}`, role);
      await change('PUT', `/_security/user/${name}`, { password, roles: [name] });
      return { username: name, password };
    },
    close: () => dispatcher.destroy(),
  };
}

type Method = Parameters<ElasticsearchNode['request']>[0];

function authorization(as: Credentials): string {
  noteForRun('apiKey' in as ? as.apiKey : as.password);
  if ('apiKey' in as) return `ApiKey ${as.apiKey}`;
  return `Basic ${Buffer.from(`${as.username}:${as.password}`).toString('base64')}`;
}

/** A reply is JSON, but for some of a proxy or of HEAD. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
