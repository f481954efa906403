import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join, relative } from 'node:path'
import { afterEach, mock, test } from 'node:test'
import { S3Server } from '../../../test/backup/s3-server.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { closeDataFolder, openDataFolder } from '../../log/sqlite/index.ts'
import { backUpFolder } from '../backup.ts'
import { backupNames } from '../manifest.ts'
import { restoreFolder } from '../restore.ts'
import type { BackupTarget, TargetObject } from './backup-target.ts'
import { FolderTarget } from './folder-target.ts'
import { addressForPeople, openTarget } from './open-target.ts'
import { S3Target } from './s3-target.ts'
import { signedHeaders } from './sigv4.ts'

const scratch = scratchFolder('targets')
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

afterEach(() => {
  mock.restoreAll()
  syncBuiltinESMExports()
})

async function listed(target: BackupTarget, prefix: string): Promise<string[]> {
  const names: TargetObject[] = []
  for await (const object of target.list(prefix)) names.push(object)
  return names.map(({ name, bytes: length }) => `${name} ${length}`).sort()
}

/** A target does what the port says. */
async function checkTarget(target: BackupTarget): Promise<void> {
  assert.equal(await target.get('objects/aa/x'), undefined)
  assert.equal(await target.find('objects/aa/x'), undefined)
  assert.deepEqual(await listed(target, 'objects/'), [])
  await target.put('objects/aa/x', bytes('one'))
  await target.put('objects/ab/y', bytes('four'))
  await target.put('objects/aa/x', bytes('three'))
  await target.put('backups/z', new Uint8Array())
  assert.deepEqual([...(await target.get('objects/aa/x'))!], [...bytes('three')])
  const found = await target.find('objects/aa/x')
  assert.equal(found?.bytes, 5)
  assert.ok(Math.abs(found.modified - Date.now()) < 60_000)
  assert.deepEqual(await listed(target, 'objects/'), ['objects/aa/x 5', 'objects/ab/y 4'])
  await target.remove('objects/aa/x')
  await target.remove('objects/aa/x')
  assert.deepEqual(await listed(target, 'objects/'), ['objects/ab/y 4'])
  assert.equal((await target.get('backups/z'))?.length, 0)
  await target.close()
}

test('a folder is a target', () => checkTarget(new FolderTarget(join(scratch, 'a', 'b'))))

test('a new folder is durable in its parent before its first object is there', { skip: process.platform === 'win32' }, async () => {
  const place = join(scratch, 'durable', 'target')
  const target = new FolderTarget(place)
  const flushed: string[] = []
  const { open } = fs
  mock.method(fs, 'open', async (path: string, flags: string, mode?: number) => {
    const file = await open(path, flags, mode)
    const sync = file.sync.bind(file)
    file.sync = () => sync().then(() => void flushed.push(relative(scratch, path)))
    return file
  })
  syncBuiltinESMExports()
  await target.put('objects/ab/x', bytes('one'))
  assert.deepEqual(flushed.slice(0, 4), ['durable/target/objects', 'durable/target', 'durable', ''])
  assert.equal(flushed.at(-1), 'durable/target/objects/ab')
  flushed.length = 0
  await target.put('objects/ab/y', bytes('one'))
  assert.equal(flushed.length, 2, 'the object, and its folder')
  await new FolderTarget(place).put('objects/ab/z', bytes('one'))
  assert.deepEqual(flushed.slice(2, 4), ['durable/target/objects', 'durable/target'])
})

const fast = { retryMs: 1, clock: Date.now }
const keys = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: undefined }
const bucketOf = (server: S3Server, more = {}): S3Target =>
  new S3Target({
    bucket: 'flow',
    prefix: 'a b/',
    region: 'eu',
    endpoint: server.url,
    isPathStyle: true,
    credentials: keys,
    ...fast,
    ...more,
  })

test('a bucket of S3 is a target; listings of many pages are complete', async () => {
  await using server = await S3Server.start({ pageSize: 1 })
  await checkTarget(bucketOf(server))
  assert.ok(server.requests > 12)
})

test('a signature is that of the example of AWS', () => {
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt')
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
  const request = { method: 'GET', url, headers: { range: 'bytes=0-9' } }
  const { authorization } = signedHeaders(request, credentials, 'us-east-1', Date.parse('2013-05-24T00:00:00Z'))
  assert.match(authorization, /Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/)
})

test('S3: passing failures are repeated, and a request that goes on failing is an error', async () => {
  await using server = await S3Server.start()
  const target = bucketOf(server)
  for (const failure of ['503', '500', 'timeout', 'cut', 'reset'] as const) {
    server.fail(2, failure)
    await target.put('x', bytes('kept'))
    assert.deepEqual([...(await target.get('x'))!], [...bytes('kept')])
  }
  server.fail(5, '503')
  await assert.rejects(target.put('x', bytes('a')), {
    code: 'SPILL_BACKUP',
    message:
      /^s3:\/\/flow\/a b\/ cannot be reached at http:.* in 5 attempts \(503 SlowDown: Reduce your request rate\); check the endpoint and the network, and try again/,
  })
  await target.close()
})

const rejections: [name: string, more: object, message: RegExp][] = [
  ['a wrong secret', { credentials: { ...keys, secretAccessKey: 'no' } }, /403 SignatureDoesNotMatch.*check AWS_ACCESS_KEY_ID/],
  ['a bucket that does not exist', { bucket: 'nobody' }, /404 NoSuchBucket.*create the bucket/],
]
for (const [name, more, message] of rejections)
  test(`S3: ${name} is an error at once`, async () => {
    await using server = await S3Server.start()
    const target = bucketOf(server, more)
    await assert.rejects(target.put('x', bytes('a')), { code: 'SPILL_BACKUP', message })
    await assert.rejects(target.get('x'), { code: 'SPILL_BACKUP', message })
    assert.equal(server.requests, 2)
    await target.close()
  })

test('a body that was changed on the way is rejected by the server', async () => {
  await using server = await S3Server.start()
  server.fail(1, 'corrupt')
  const target = bucketOf(server)
  await assert.rejects(target.put('x', bytes('abc')), { message: /400 XAmzContentSHA256Mismatch/ })
  await target.close()
})

const addresses: [address: string, env: Record<string, string>, message: RegExp][] = [
  ['ftp://a/b', {}, /is no target of backups; write a folder, or s3:/],
  ['', {}, /is no target of backups/],
  ['s3://', {}, /is no address of S3/],
  ['s3://flow/a?colour=red', {}, /unknown parameter 'colour'; there are endpoint, region, style/],
  ['s3://flow/a', {}, /set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/],
  ['s3://flow/a?endpoint=x', { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }, /endpoint that is no URL; write https:/],
  ['s3://flow/a?style=tall', { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }, /write style=path or style=host/],
]
for (const [address, env, message] of addresses)
  test(`no target: ${address || '(empty)'} with ${Object.keys(env).length} variables`, () => {
    assert.throws(() => openTarget(address, env), { code: 'SPILL_INPUT', message })
  })

for (const address of [
  's3://flow/a?endpoint=https://user:hidden@host&colour=red',
  's3://flow/a?endpoint=https://user:hidden@host',
  's3://flow/a?endpoint=htps://user:hidden@host',
  's3://key:hid@hidden@flow/a',
  'ftp://user:hidden@host/a?b=hidden',
])
  for (const env of [{}, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: 'hidden' }])
    test(`no secret of ${address} is in a message (${Object.keys(env).length} variables)`, async () => {
      assert.doesNotMatch(addressForPeople(address), /hid/)
      try {
        await openTarget(address, env).close()
      } catch (error) {
        assert.doesNotMatch((error as Error).message, /hid/)
      }
    })

/** A data folder with some commits. */
async function folderWithLog(name: string): Promise<string> {
  const path = join(scratch, name)
  const folder = await openDataFolder(path)
  for (let i = 0; i < 20; i++) await folder.store.commit({ put: [[`v${i}`, 'x'.repeat(1000)]] })
  await closeDataFolder(folder)
  return path
}

test('a folder that is full is an error that says so; earlier backups stay, and the next backup goes on', async () => {
  const data = await folderWithLog('full')
  const place = join(scratch, 'full-target')
  const target = new FolderTarget(place)
  await backUpFolder(data, target, { chunkBytes: 2000 })
  const folder = await openDataFolder(data)
  await folder.store.commit({ put: Array.from({ length: 20 }, (_, i) => [`w${i}`, 'y'.repeat(1000)] as const) })
  let room = 3
  const { open } = fs
  mock.method(fs, 'open', async (path: string, flags: string, mode?: number) => {
    if (flags === 'wx' && room-- <= 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    return open(path, flags, mode)
  })
  syncBuiltinESMExports()
  await assert.rejects(backUpFolder(data, target, { chunkBytes: 2000 }), {
    code: 'SPILL_BACKUP',
    message: /full-target is full; make room, and back up again/,
  })
  mock.restoreAll()
  syncBuiltinESMExports()
  assert.equal((await backupNames(target)).length, 1)
  await restoreFolder(target, join(scratch, 'full-restored'))
  await backUpFolder(data, target, { chunkBytes: 2000 })
  assert.equal((await backupNames(target)).length, 2)
  assert.deepEqual(
    readdirSync(place, { recursive: true }).filter(name => String(name).endsWith('.part')),
    [],
  )
  await closeDataFolder(folder)
})

test('a target that is a file, or that is gone, is an error', async () => {
  const data = await folderWithLog('gone')
  writeFileSync(join(scratch, 'file'), '')
  await assert.rejects(backUpFolder(data, new FolderTarget(join(scratch, 'file'))), {
    code: 'SPILL_BACKUP',
    message: /file is not a folder|cannot be read or written/,
  })
  mkdirSync(join(scratch, 'empty'))
  await assert.rejects(restoreFolder(new FolderTarget(join(scratch, 'empty')), join(scratch, 'new')), {
    code: 'SPILL_BACKUP',
    message: /has no backup; check the address/,
  })
  await assert.rejects(restoreFolder(new FolderTarget(join(scratch, 'missing')), join(scratch, 'new')), { code: 'SPILL_BACKUP' })
})

test('a backup to S3 whose server fails now and then, and its restore', async () => {
  const data = await folderWithLog('s3')
  await using server = await S3Server.start({ pageSize: 3 })
  const target = bucketOf(server)
  server.failEvery(3, '503')
  const { backup } = await backUpFolder(data, target, { chunkBytes: 2000 })
  assert.equal((await restoreFolder(target, join(scratch, 's3-restored'))).backup, backup)
  await target.close()
})
