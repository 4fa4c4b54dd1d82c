import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/builders/fake-clock.ts';
import { Credentials, sameTLS } from './credential.ts';
import { CredentialUnreadable } from './failure.ts';

function kubeConfig(user: object): KubeConfig {
  const config = new KubeConfig();
  const cluster = { name: 'c', server: 'https://127.0.0.1:1', skipTLSVerify: false };
  config.loadFromOptions({
    clusters: [cluster],
    users: [{ name: 'u', ...user }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  return config;
}

describe('the credential', () => {
  test('is read again after a while, so that a new token is used', async () => {
    const clock = new FakeClock();
    const user = { token: 'one' };
    const config = kubeConfig(user);
    const credentials = new Credentials(config, clock);
    expect((await credentials.current()).headers).toEqual({ Authorization: 'Bearer one' });
    Object.assign(config.getCurrentUser() ?? {}, { token: 'two' });
    expect((await credentials.current()).headers).toEqual({ Authorization: 'Bearer one' });
    await clock.advance(10_000);
    expect((await credentials.current()).headers).toEqual({ Authorization: 'Bearer two' });
  });

  test('is read again at once when it was not accepted', async () => {
    const config = kubeConfig({ token: 'one' });
    const credentials = new Credentials(config, new FakeClock());
    await credentials.current();
    Object.assign(config.getCurrentUser() ?? {}, { token: 'two' });
    credentials.forget();
    expect((await credentials.current()).headers).toEqual({ Authorization: 'Bearer two' });
  });

  test('never switches the check of the certificate off', async () => {
    const config = kubeConfig({ token: 'one' });
    Object.assign(config.getCurrentCluster() ?? {}, { skipTLSVerify: true });
    expect((await new Credentials(config, new FakeClock()).current()).tls.rejectUnauthorized).toBe(true);
  });

  test('may be a user and a password', async () => {
    const credentials = new Credentials(kubeConfig({ username: 'me', password: 'secret' }), new FakeClock());
    expect((await credentials.current()).headers).toEqual({ Authorization: `Basic ${btoa('me:secret')}` });
  });

  test('that cannot be read says nothing of why, and is tried again', async () => {
    const file = '/nowhere/token';
    const config = kubeConfig({ authProvider: { name: 'tokenFile', config: { tokenFile: file } } });
    const credentials = new Credentials(config, new FakeClock());
    await expect(credentials.current()).rejects.toBeInstanceOf(CredentialUnreadable);
    await expect(credentials.current()).rejects.not.toThrow(file);
  });
});

test('TLS material is compared by content', () => {
  expect(sameTLS({ ca: Buffer.from('a') }, { ca: Buffer.from('a') })).toBe(true);
  expect(sameTLS({ ca: Buffer.from('a') }, { ca: Buffer.from('b') })).toBe(false);
  expect(sameTLS({ ca: 'a' }, { ca: 'a', servername: 'x' })).toBe(false);
});
