import assert from 'node:assert/strict'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { StateFiles } from './state-files.ts'

let folder: string
beforeEach(() => (folder = scratchFolder('state')))

async function writeState(files: StateFiles, name: string, ...parts: readonly string[]): Promise<void> {
  const sink = files.create(name)
  for (const part of parts) await sink.append(Buffer.from(part))
  assert.ok(!readdirSync(folder).includes(name), 'nothing is there before it is finished')
  await sink.finish()
}

const textOf = (files: StateFiles, name: string): string | undefined => {
  const bytes = files.read(name)
  return bytes && Buffer.from(bytes).toString()
}
const inode = (name: string): number => statSync(join(folder, name)).ino

test('overwrites unneeded files with new ones, shorter or longer, without a trace of the old', async () => {
  const files = new StateFiles(folder)
  await writeState(files, 'a', 'the first ', 'and longest')
  await writeState(files, 'b', 'b')
  const [a, b] = [inode('a'), inode('b')]
  files.retain(new Set(['b']))
  await writeState(files, 'c', 'the ', 'next')
  assert.equal(inode('c'), a)
  assert.equal(textOf(files, 'c'), 'the next')
  files.retain(new Set(['c']))
  await writeState(files, 'd', 'longer than b')
  assert.equal(inode('d'), b)
  assert.equal(textOf(files, 'd'), 'longer than b')
  assert.equal(textOf(files, 'c'), 'the next')
  assert.deepEqual(readdirSync(folder).sort(), ['c', 'd'])
})

test('deletes unneeded files that were not overwritten, at the next call and at the end', async () => {
  const files = new StateFiles(folder)
  for (const name of ['a', 'b', 'c']) await writeState(files, name, name)
  files.retain(new Set(['c']))
  await writeState(files, 'd', 'd')
  files.retain(new Set(['d']))
  await files.close()
  assert.deepEqual(readdirSync(folder), ['d'])
})

test('overwrites files of an earlier process, finished or not, and copes with missing ones', async () => {
  writeFileSync(join(folder, 'old'), 'an old one')
  writeFileSync(join(folder, 'new.part'), 'broken off')
  const files = new StateFiles(folder)
  await writeState(files, 'new', 'new')
  files.retain(new Set(['new']))
  rmSync(join(folder, 'old'))
  await writeState(files, 'next', 'next')
  await writeState(files, 'last', 'last')
  files.retain(new Set(['new', 'next', 'last']))
  await files.close()
  assert.deepEqual(readdirSync(folder).sort(), ['last', 'new', 'next'])
  assert.deepEqual(
    ['new', 'next', 'last'].map(name => textOf(files, name)),
    ['new', 'next', 'last'],
  )
})

test('an abandoned state leaves nothing', async () => {
  const files = new StateFiles(folder)
  await writeState(files, 'a', 'a')
  files.retain(new Set())
  const sink = files.create('b')
  await sink.append(Buffer.from('half'))
  await sink.discard()
  assert.deepEqual(readdirSync(folder), [])
  assert.equal(files.read('b'), undefined)
})

test('a state that is abandoned while a block of it is written leaves nothing, and cannot be finished', async () => {
  const files = new StateFiles(folder)
  const sink = files.create('a')
  const appended = [sink.append(Buffer.from('first')), sink.append(Buffer.from('second'))]
  const finished = assert.rejects(sink.finish(), /discarded/)
  await sink.discard()
  await Promise.all([...appended, finished])
  assert.deepEqual(readdirSync(folder), [])
})

test('an unfinished file of an earlier process is no spare of another file while one of its name is written', async () => {
  writeFileSync(join(folder, 'a.part'), 'broken off')
  for (const isRetainedFirst of [true, false]) {
    const files = new StateFiles(folder)
    if (isRetainedFirst) files.retain(new Set())
    const a = files.create('a')
    await a.append(Buffer.from('state of a'))
    if (!isRetainedFirst) files.retain(new Set(['a']))
    await writeState(files, 'b', 'state of b')
    await a.finish()
    await files.close()
    assert.deepEqual([textOf(files, 'a'), textOf(files, 'b')], ['state of a', 'state of b'])
    writeFileSync(join(folder, 'a.part'), 'broken off')
    rmSync(join(folder, 'a'))
    rmSync(join(folder, 'b'))
  }
})
