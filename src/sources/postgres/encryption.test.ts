/** Tests encryption of connections, against a server with and without TLS, over TCP on a loopback address of this process. */
import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, chownSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeCertificate, NO_CERTIFICATE } from '../../../test/certificate.ts'
import { USER } from '../../../test/postgres/cluster.ts'
import { ownServer, skip } from '../../../test/postgres/server.ts'
import { openClient } from './client.ts'

const host = `127.${1 + ((process.pid >> 16) & 0x7f)}.${(process.pid >> 8) & 0xff}.${1 + (process.pid % 254)}`
const server = ownServer({ listen_addresses: host })

/** Asks the server whether the connection is encrypted. */
async function isEncrypted(sslMode: string | undefined): Promise<boolean> {
  const client = await openClient({ host, user: USER, name: 'postgres', sslMode })
  try {
    const [{ ssl }] = await client<{ ssl: boolean }[]>`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
    return ssl
  } finally {
    await client.end({ timeout: 0 })
  }
}

test('without TLS: the default and prefer connect, require does not', { skip }, async () => {
  for (const mode of [undefined, 'prefer', 'allow', 'disable']) assert.equal(await isEncrypted(mode), false, mode)
  for (const mode of ['require', 'verify-full']) await assert.rejects(isEncrypted(mode), mode)
})

test('with TLS: the default and prefer encrypt, and verify-full needs a trusted certificate', { skip }, async t => {
  const { folder } = server()
  const files = [join(folder, 'server.key'), join(folder, 'server.crt')] as const
  if (!makeCertificate('db.test', ...files)) return t.skip(NO_CERTIFICATE)
  const { uid, gid } = statSync(folder)
  for (const file of files) {
    chmodSync(file, 0o600)
    chownSync(file, uid, gid)
  }
  await server().end()
  appendFileSync(join(folder, 'postgresql.auto.conf'), 'ssl = on\n')
  await server().begin()
  for (const mode of [undefined, 'prefer', 'allow', 'require']) assert.equal(await isEncrypted(mode), true, mode)
  assert.equal(await isEncrypted('disable'), false)
  await assert.rejects(isEncrypted('verify-full'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
})
