import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { delivery } from '../../test/action/receiver.ts'
import {
  fileDestination,
  openAppendable,
  type AppendableFile,
  sharedFileDestination,
  effectLine,
  outputDestination,
} from './line-destinations.ts'
import { action, appendTo, entity, model, on, pipeline, rules, source, t } from '../index.ts'
import { openActionDestinations } from './open-destinations.ts'
import { PassThrough, Writable } from 'node:stream'

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

const sharedFolder = scratchFolder('shared')

/** An open file that is nowhere, and tells of what is done with it. */
function recorded() {
  const calls: string[] = []
  let isWriting = false
  const openFile = async (path: string): Promise<AppendableFile> => {
    calls.push(`open ${path}`)
    return {
      isThere: async () => true,
      append: async text => {
        assert.ok(!isWriting, 'one after the other')
        isWriting = true
        await new Promise(setImmediate)
        isWriting = false
        calls.push(`append ${text.split('\n').length - 1}`)
      },
      sync: async () => {},
      close: async () => void calls.push('closed'),
    }
  }
  return { calls, openFile }
}

test('lines of two actions into one file are whole, however much they send and whatever way they name it', async () => {
  const card = entity('card', t.string())
  const payments = source('payments', { schema: { card, amount: t.decimal(2), at: t.timestamp() }, key: 'card', time: 'at' })
  const fraud = model('fraud', {
    decide: on(payments),
    inputs: p => ({ amount: p.amount }),
    score: v => rules([{ when: v.amount.gt(100), score: 0.9 }], 0.1),
  })
  mkdirSync(join(sharedFolder, 'real'))
  symlinkSync(join(sharedFolder, 'real'), join(sharedFolder, 'linked'))
  const shop = pipeline('shop', [
    fraud,
    action('one', { when: fraud.score.gte(0.5), do: appendTo(join(sharedFolder, 'real', 'effects.ndjson')) }),
    action('two', { when: fraud.score.gte(0.2), do: appendTo(join(sharedFolder, 'linked', 'effects.ndjson')) }),
  ])
  const sendings = await openActionDestinations(shop, {})
  const body = JSON.stringify({ text: 'x'.repeat(5000) })
  const sent = sendings.flatMap(({ action: name, destination }) =>
    Array.from({ length: 2000 }, (_, i) => destination.deliver({ id: `${name}/${i}`, action: name, key: '1', body, attempt: 1 })),
  )
  for (const { kind } of await Promise.all(sent)) assert.equal(kind, 'acknowledged')
  for (const { destination } of sendings) await destination.close()
  const lines = readFileSync(join(sharedFolder, 'real', 'effects.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
  const ids = lines.map(line => (JSON.parse(line) as { id: string }).id)
  assert.equal(new Set(ids).size, 4000)
  assert.equal(ids.length, 4000)
})

test('a shared file is opened once, written sequentially, closed with its last user, and opened anew afterwards', async () => {
  const { calls, openFile } = recorded()
  const path = join(sharedFolder, 'later', 'effects.ndjson')
  const [one, two, idle] = [path, join(sharedFolder, 'later', '..', 'later', 'effects.ndjson'), path].map(name =>
    sharedFileDestination(name, openFile),
  )
  const both = [one.deliver(delivery({ id: 'a' })), two.deliver(delivery({ id: 'b' }))]
  await one.close()
  await one.close()
  await Promise.all(both)
  assert.deepEqual(calls, [`open ${path}`, 'append 1', 'append 1'])
  await two.deliver(delivery({ id: 'c' }))
  await idle.close()
  assert.equal(calls.at(-1), 'append 1')
  await two.close()
  assert.deepEqual(calls.slice(3), ['append 1', 'closed'])
  await one.deliver(delivery({ id: 'd' }))
  await one.close()
  assert.deepEqual(calls.slice(5), [`open ${path}`, 'append 1', 'closed'])
})

test('closing waits for its own deliveries and for nobody else', async () => {
  const { calls, openFile } = recorded()
  const [one, two] = ['own', 'own'].map(name => sharedFileDestination(join(sharedFolder, name), openFile))
  void one.deliver(delivery({ id: 'a' }))
  await two.close()
  assert.ok(!calls.includes('append 1'))
  await one.close()
  assert.deepEqual(calls.slice(1), ['append 1', 'closed'])
})

test('files of other names are others', async () => {
  const { calls, openFile } = recorded()
  const files = ['a', 'b'].map(name => sharedFileDestination(join(sharedFolder, name), openFile))
  for (const file of files) await file.deliver(delivery())
  for (const file of files) await file.close()
  assert.deepEqual(calls, [
    `open ${join(sharedFolder, 'a')}`,
    'append 1',
    `open ${join(sharedFolder, 'b')}`,
    'append 1',
    'closed',
    'closed',
  ])
})

test('an effect is a line that begins with its id and action', () => {
  const line = (body: string) => effectLine(delivery({ id: 'a/1', body }))
  assert.equal(line('{"score":0.9,"of":"Zoë\\n"}'), '{"id":"a/1","action":"page","score":0.9,"of":"Zoë\\n"}\n')
  assert.equal(line('{"id":"mine","action":2}'), '{"id":"a/1","action":"page"}\n')
  for (const body of ['[1,2]', '7', '"x"', 'null']) assert.equal(line(body), `{"id":"a/1","action":"page","body":${body}}\n`)
})

test('lines stand in order and are acknowledged once taken', async () => {
  const writes: (() => void)[] = []
  const written: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => {
      written.push(text)
      writes.push(done)
    },
  })
  const output = outputDestination(stream)
  let acknowledgements = 0
  const all = [1, 2, 3].map(async i => {
    assert.deepEqual(await output.deliver(delivery({ id: `a/${i}`, body: `{"i":${i}}` })), { kind: 'acknowledged' })
    acknowledgements++
  })
  const closed = output.close().then(() => assert.equal(acknowledgements, 3))
  for (let i = 0; i < 3; i++) {
    await new Promise(setImmediate)
    assert.equal(acknowledgements, i)
    writes[i]()
  }
  await Promise.all([...all, closed])
  assert.equal(written.join(''), [1, 2, 3].map(i => `{"id":"a/${i}","action":"page","i":${i}}\n`).join(''))
  assert.equal(stream.writableEnded, false)
})

test('a pipe that nobody reads any more fails deliveries, and does not end the process', async () => {
  const stream = new PassThrough()
  const output = outputDestination(stream)
  stream.destroy(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }))
  for (let i = 0; i < 2; i++) {
    const outcome = await output.deliver(delivery())
    assert.ok(outcome.kind === 'failed')
    assert.match(outcome.why, /^standard output takes nothing more \((EPIPE|ERR_STREAM_DESTROYED)\)$/)
  }
  await output.close()
  assert.equal(stream.listenerCount('error'), 0)
})
