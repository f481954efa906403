/** TLS with the client, against servers of this process that take part in the handshake and then speak no Kafka. */
import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, test } from 'node:test'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { CertificateAuthority } from '../../../test/certificate-authority.ts'
import { NO_CERTIFICATE } from '../../../test/certificate.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import type { KafkaError } from '../port/driver.ts'
import type { KafkaCertificates } from '../security/security.ts'
import { clientDriver } from './client-driver.ts'

const authority = CertificateAuthority.create(scratchFolder('kafka-tls'))
const skip = authority ? false : NO_CERTIFICATE
const ca = authority?.cert
const issue = (...args: Parameters<CertificateAuthority['issue']>) => authority!.issue(...args)

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', socket => sockets.add(socket.on('error', () => {})))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  open.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise(done => server.close(done))
  })
  return (server.address() as { port: number }).port
}

/** A broker that completes the handshake and then closes the connection. `names` are the server names (SNI) that clients asked for. */
async function tlsServer(options: TlsOptions): Promise<{ port: number; names: unknown[] }> {
  const names: unknown[] = []
  const server = createTlsServer(options, socket => {
    names.push(socket.servername)
    socket.on('error', () => {}).end()
  })
  return { port: await listening(server.on('tlsClientError', () => {})), names }
}

async function connectionError(broker: string, tls?: KafkaCertificates): Promise<KafkaError> {
  const driver = clientDriver({ brokers: [broker], clientId: 'test', ...(tls && { security: { tls } }) })
  try {
    await driver.describe('rows')
  } catch (error) {
    return error as KafkaError
  } finally {
    await driver.close()
  }
  assert.fail('the server speaks no Kafka')
}

async function rejected(broker: string, tls: KafkaCertificates | undefined, message: RegExp): Promise<void> {
  const error = await connectionError(broker, tls)
  assert.match(error.message, message)
  assert.equal(error.kind, 'denied')
}

test('a broker whose CA is not trusted is named, with the setting', { skip }, async () => {
  const { port } = await tlsServer(issue('broker'))
  const other = CertificateAuthority.create(scratchFolder('kafka-tls-other'))!
  const message = new RegExp(`^broker localhost:${port}: its certificate is not accepted: .*; set tls\\.ca to .* \\(\\w+\\)$`)
  await rejected(`localhost:${port}`, { ca: other.cert }, message)
  await rejected(`localhost:${port}`, {}, message)
})

test('an expired certificate of a broker is an error that names the broker', { skip }, async () => {
  const { port } = await tlsServer(issue('broker', { days: -1 }))
  await rejected(
    `localhost:${port}`,
    { ca: ca! },
    /^broker localhost:\d+: its certificate is not accepted: .*expired.* \(CERT_HAS_EXPIRED\)$/,
  )
})

test('a certificate for another name is an error that names the setting', { skip }, async () => {
  const { port } = await tlsServer(issue('broker', { names: ['DNS:kafka.internal'] }))
  for (const host of ['localhost', '127.0.0.1'])
    await rejected(
      `${host}:${port}`,
      { ca: ca! },
      new RegExp(`^broker ${host}:${port}: its certificate is for DNS:kafka\\.internal, and not for ${host}; set tls\\.serverName`),
    )
})

test('the server name is always sent, except for an address: the host of the broker, or the name of the setting', { skip }, async () => {
  const { port, names } = await tlsServer(issue('broker', { names: ['DNS:localhost', 'DNS:kafka.internal', 'IP:127.0.0.1'] }))
  for (const [broker, tls] of [
    [`localhost:${port}`, { ca: ca! }],
    [`localhost:${port}`, { ca: ca!, serverName: 'kafka.internal' }],
    [`127.0.0.1:${port}`, { ca: ca!, serverName: 'kafka.internal' }],
    [`127.0.0.1:${port}`, { ca: ca! }],
  ] as const)
    assert.equal((await connectionError(broker, tls)).kind, 'unavailable')
  assert.deepEqual(names, ['localhost', 'kafka.internal', 'kafka.internal', false])
})

test('a broker that asks for a certificate of the client says so after the handshake, and the reason is found', { skip }, async () => {
  const asking = { ...issue('broker'), ca, requestCert: true, rejectUnauthorized: true }
  for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
    const { port } = await tlsServer({ ...asking, maxVersion })
    const message = /^broker localhost:\d+: it does not accept the certificate of this client; check tls\.cert and tls\.key/
    await rejected(`localhost:${port}`, { ca: ca! }, message)
    const known = issue('client')
    assert.equal((await connectionError(`localhost:${port}`, { ca: ca!, cert: known.cert, key: known.key })).kind, 'unavailable')
  }
})

test('a port without TLS, and one with TLS for a client without, have other errors than a broker that is away', { skip }, async () => {
  // The alert 'unexpected message', as Java sends it for a request without TLS.
  const alerting = await listening(createServer(socket => socket.once('data', () => socket.end(Buffer.from('1503030002020a', 'hex')))))
  await rejected(`localhost:${alerting}`, undefined, /it expects TLS at this port; add tls: true/)
  const answering = await listening(createServer(socket => socket.end('no handshake')))
  await rejected(`localhost:${answering}`, { ca: ca! }, /^broker localhost:\d+: it does not speak TLS at this port; leave tls out/)
  const closing = await listening(createServer(socket => socket.destroy()))
  const error = await connectionError(`localhost:${closing}`, { ca: ca! })
  assert.deepEqual([error.kind, /leave tls out there/.test(error.message)], ['unavailable', true], error.message)
  const closed = await connectionError(`localhost:${closing}`)
  assert.deepEqual(
    [closed.kind, closed.message.endsWith('a broker does so at a port that needs sasl or tls')],
    ['unavailable', true],
    closed.message,
  )
})
