/** Webhooks over TLS: the certificate must be trusted, and be one for the host. Made with `openssl` for the test. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { buildConnector } from 'undici'
import { makeCertificate, NO_CERTIFICATE } from '../../test/certificate.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { delivery, listen } from '../../test/action/receiver.ts'
import type { Destination } from '../define/action/destination.ts'
import { openWebhook } from './webhook.ts'

const folder = scratchFolder('tls')

const isMade = makeCertificate('receiver.test', join(folder, 'key.pem'), join(folder, 'cert.pem'))
const skip = isMade ? false : NO_CERTIFICATE
const pem = (name: string): string => readFileSync(join(folder, `${name}.pem`), 'utf8')

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function serving(): Promise<{ readonly port: number; readonly received: string[] }> {
  const received: string[] = []
  const server: Server = createServer({ key: pem('key'), cert: pem('cert') }, (request, response) => {
    received.push(request.headers.host!)
    request.resume().on('end', () => response.end())
  })
  server.on('tlsClientError', () => {})
  open.push({ close: () => new Promise(resolve => (server.closeAllConnections(), server.close(resolve))) })
  return { port: await listen(server), received }
}

async function opened(url: string, isTrusted: boolean): Promise<Destination> {
  const webhook = await openWebhook(
    { url, allowPrivate: true },
    {
      resolve: (_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
      connector: options => buildConnector({ ...options, allowH2: false, ...(isTrusted && { ca: pem('cert') }) }),
    },
  )
  open.push(webhook)
  return webhook
}

test('a certificate for the host that is trusted lets a delivery pass', { skip }, async () => {
  const { port, received } = await serving()
  const webhook = await opened(`https://receiver.test:${port}/`, true)
  for (let i = 0; i < 2; i++) assert.deepEqual(await webhook.deliver(delivery()), { kind: 'acknowledged' })
  assert.deepEqual(received, [`receiver.test:${port}`, `receiver.test:${port}`])
})

test('a receiver that also speaks HTTP/2 is spoken to in HTTP/1.1', { skip }, async () => {
  const versions: string[] = []
  const server = createSecureServer({ key: pem('key'), cert: pem('cert'), allowHTTP1: true }, (request, response) => {
    versions.push(request.httpVersion)
    request.resume().on('end', () => response.end())
  })
  open.push({ close: () => new Promise(resolve => server.close(() => resolve(undefined))) })
  const trusted = getCACertificates()
  setDefaultCACertificates([...trusted, pem('cert')])
  const webhook = await openWebhook(
    { url: `https://receiver.test:${await listen(server)}/`, allowPrivate: true },
    { resolve: (_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) },
  )
  open.push(webhook)
  assert.deepEqual(await webhook.deliver(delivery()), { kind: 'acknowledged' })
  setDefaultCACertificates(trusted)
  assert.deepEqual(versions, ['1.1'])
})

test('a certificate for another host, or that is not trusted, has failed and nothing was sent', { skip }, async () => {
  const { port, received } = await serving()
  const failed = (why: string) => ({ kind: 'failed', why })
  for (const host of ['other.test', 'localhost', '127.0.0.1']) {
    const other = await opened(`https://${host}:${port}/`, true)
    const why = `the certificate is not one for '${host}' (ERR_TLS_CERT_ALTNAME_INVALID)`
    for (let i = 0; i < 2; i++) assert.deepEqual(await other.deliver(delivery()), failed(why))
  }
  const untrusted = await opened(`https://receiver.test:${port}/`, false)
  assert.deepEqual(
    await untrusted.deliver(delivery()),
    failed("the certificate of 'receiver.test' is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)"),
  )
  assert.deepEqual(received, [])
})

test('a receiver that speaks no TLS has failed', { skip }, async () => {
  const { createServer: createPlain } = await import('node:http')
  const server = createPlain((_, response) => response.end())
  open.push({ close: () => new Promise(resolve => (server.closeAllConnections(), server.close(resolve))) })
  const outcome = await (await opened(`https://receiver.test:${await listen(server)}/`, true)).deliver(delivery())
  assert.ok(outcome.kind === 'failed')
  assert.match(outcome.why, /^no TLS with 'receiver\.test' \((EPROTO|ERR_SSL_\w+)\)$/)
})
