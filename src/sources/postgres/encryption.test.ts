/** Tests encryption of connections, against a server with and without TLS, over TCP on a loopback address of this process. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
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
  const certificate = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=db.test',
  ]
  const files = { '-keyout': join(folder, 'server.key'), '-out': join(folder, 'server.crt') }
  const made = spawnSync('openssl', [...certificate, ...Object.entries(files).flat()])
  if (made.status !== 0) return t.skip('no openssl that makes a certificate')
  const { uid, gid } = statSync(folder)
  for (const file of Object.values(files)) {
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
