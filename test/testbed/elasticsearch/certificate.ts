import { generate } from 'selfsigned';

/** A key and a self-signed certificate, both PEM; the certificate is its own CA. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** A certificate of `localhost` and 127.0.0.1, valid for a year. */
export async function localCertificate(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: made.private, certificate: made.cert };
}
