import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { openClient } from './client.ts'
import { databaseSettings } from './settings.ts'

const url = 'postgres://me:secret@host/db'

test('the address is in a variable, in a file that a variable names, or absent', () => {
  const folder = scratchFolder('settings')
  const file = join(folder, 'url')
  writeFileSync(file, `${url}\n`)
  assert.equal(databaseSettings({ DATABASE_URL: url }).url, url)
  assert.equal(databaseSettings({ DATABASE_URL_FILE: file }).url, url)
  assert.equal(databaseSettings({ SHOP_URL: url, DATABASE_URL: 'postgres://other' }, 'SHOP_URL').url, url)
  assert.equal(databaseSettings({ SHOP_URL_FILE: file }, 'SHOP_URL').url, url)
  assert.deepEqual(databaseSettings({ PGSSLMODE: 'require' }), { url: undefined, sslMode: 'require' })
})

test('an error message does not contain the address', async () => {
  const silent = (error: Error) => !error.message.includes('secret') && (error as NodeJS.ErrnoException).code === 'SPILL_INPUT'
  assert.throws(() => databaseSettings({}, 'SHOP_URL'), silent)
  assert.throws(() => databaseSettings({ DATABASE_URL: 'mysql://me:secret@host' }), silent)
  assert.throws(() => databaseSettings({ DATABASE_URL_FILE: join(tmpdir(), 'no-such-file-of-spillway') }), silent)
  await assert.rejects(openClient({ url: 'postgres://me:secret%@host:port/db' }), silent)
})

test('the variable selects the encryption, unless the address does', async () => {
  const ssl = async (address: string | undefined, sslMode?: string) => {
    const client = await openClient({ url: address, sslMode })
    await client.end()
    return (client.options as { ssl: unknown }).ssl
  }
  assert.equal(await ssl(url), 'prefer')
  assert.equal(await ssl(url, 'allow'), 'prefer')
  assert.equal(await ssl(`${url}?sslmode=disable`, 'require'), false)
  assert.equal(await ssl(url, 'verify-full'), 'verify-full')
  assert.equal(await ssl(undefined, 'disable'), false)
  assert.equal(await ssl(`${url}?sslmode=require`, 'verify-full'), 'require')
})
