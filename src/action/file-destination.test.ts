import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { delivery } from '../../test/action/receiver.ts'
import { fileDestination, openAppendable, type AppendableFile } from './file-destination.ts'

const folder = scratchFolder('effects')

const numbered = (i: number) => delivery({ id: `a/${i}`, body: `{"i":${i}}` })
const line = (i: number) => `{"id":"a/${i}","action":"page","i":${i}}\n`
const lines = (...all: number[]) => all.map(line).join('')

test('effects are appended to what is there, in order', async () => {
  const path = join(folder, 'effects.ndjson')
  for (const first of [0, 2]) {
    const file = fileDestination(path)
    const outcomes = await Promise.all([first, first + 1].map(i => file.deliver(numbered(i))))
    assert.deepEqual(outcomes, [{ kind: 'acknowledged' }, { kind: 'acknowledged' }])
    await file.close()
  }
  assert.equal(readFileSync(path, 'utf8'), lines(0, 1, 2, 3))
})

test('half a line that a crash left is ended before anything is appended', async () => {
  const path = join(folder, 'torn.ndjson')
  writeFileSync(path, `${line(0)}{"id":"a/1","act`)
  const file = fileDestination(path)
  await file.deliver(numbered(1))
  await file.close()
  assert.equal(readFileSync(path, 'utf8'), `${line(0)}{"id":"a/1","act\n${line(1)}`)
})

test('a file that was moved, deleted or emptied is gone on with in what its name is then', async () => {
  const path = join(folder, 'rotated.ndjson')
  const file = fileDestination(path)
  const deliver = async (i: number) => assert.deepEqual(await file.deliver(numbered(i)), { kind: 'acknowledged' })
  await deliver(0)
  renameSync(path, `${path}.1`)
  await deliver(1)
  await deliver(2)
  assert.deepEqual([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')], [lines(0), lines(1, 2)])
  // Somebody else's new file, as a rotation that makes it does.
  renameSync(path, `${path}.2`)
  writeFileSync(path, '')
  await deliver(3)
  assert.deepEqual([readFileSync(`${path}.2`, 'utf8'), readFileSync(path, 'utf8')], [lines(1, 2), lines(3)])
  rmSync(path)
  await deliver(4)
  assert.equal(readFileSync(path, 'utf8'), lines(4))
  // Copied and cut to nothing.
  truncateSync(path)
  await deliver(5)
  assert.equal(readFileSync(path, 'utf8'), lines(5))
  await file.close()
})

test('an obstacle at the path of the next file fails deliveries until it is gone', async () => {
  const inner = join(folder, 'inner')
  mkdirSync(inner)
  const path = join(inner, 'effects.ndjson')
  const file = fileDestination(path)
  await file.deliver(numbered(0))
  renameSync(inner, `${inner}-moved`)
  assert.deepEqual(await file.deliver(numbered(1)), { kind: 'failed', why: `cannot append to '${path}' (ENOENT)` })
  mkdirSync(inner)
  assert.deepEqual(await file.deliver(numbered(1)), { kind: 'acknowledged' })
  await file.close()
  assert.deepEqual([readFileSync(join(`${inner}-moved`, 'effects.ndjson'), 'utf8'), readFileSync(path, 'utf8')], [lines(0), lines(1)])
})

test('a file that cannot be opened fails deliveries until it can', async () => {
  const path = join(folder, 'later', 'effects.ndjson')
  const file = fileDestination(path)
  assert.deepEqual(await file.deliver(numbered(0)), { kind: 'failed', why: `cannot append to '${path}' (ENOENT)` })
  mkdirSync(join(folder, 'later'))
  assert.deepEqual(await file.deliver(numbered(0)), { kind: 'acknowledged' })
  await file.close()
  assert.equal(readFileSync(path, 'utf8'), line(0))
  const nowhere = fileDestination(folder)
  assert.deepEqual(await nowhere.deliver(numbered(0)), { kind: 'failed', why: `cannot append to '${folder}' (EISDIR)` })
  await nowhere.close()
})

test('an acknowledgement comes after the fsync, which those that wait share', async () => {
  const calls: string[] = []
  const syncs: (() => void)[] = []
  const recorded: AppendableFile = {
    isThere: async () => true,
    append: async text => void calls.push(`append ${text.split('\n').length - 1}`),
    sync: () => new Promise(resolve => syncs.push(() => resolve(void calls.push('synced')))),
    close: async () => void calls.push('closed'),
  }
  const file = fileDestination('effects', async () => recorded)
  const deliverNumber = (i: number) => file.deliver(numbered(i)).then(({ kind }) => calls.push(`${kind} ${i}`))
  const all = [deliverNumber(0)]
  while (syncs.length < 1) await new Promise(setImmediate)
  all.push(deliverNumber(1), deliverNumber(2), deliverNumber(3))
  const closed = file.close()
  await new Promise(setImmediate)
  assert.deepEqual(calls, ['append 1'])
  syncs[0]()
  while (syncs.length < 2) await new Promise(setImmediate)
  assert.deepEqual(calls, ['append 1', 'synced', 'acknowledged 0', 'append 3'])
  syncs[1]()
  await Promise.all([...all, closed])
  assert.deepEqual(calls.slice(4), ['synced', 'acknowledged 1', 'acknowledged 2', 'acknowledged 3', 'closed'])
})

test('after a disk that was full in the middle of a line, the next line is whole', async () => {
  const path = join(folder, 'full.ndjson')
  let isFull = false
  const file = fileDestination(path, async name => {
    const real = await openAppendable(name)
    const append = async (text: string): Promise<void> => {
      await real.append(isFull ? text.slice(0, 9) : text)
      if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    return { ...real, append }
  })
  await file.deliver(numbered(0))
  isFull = true
  assert.deepEqual(await file.deliver(numbered(1)), { kind: 'failed', why: `cannot append to '${path}' (ENOSPC)` })
  isFull = false
  assert.deepEqual(await file.deliver(numbered(1)), { kind: 'acknowledged' })
  await file.close()
  assert.equal(readFileSync(path, 'utf8'), `${line(0)}{"id":"a/\n${line(1)}`)
})
