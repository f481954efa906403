import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { FairQueue } from './fair-queue.ts'

/** Runs pieces of work of a given duration by the test's clock, and returns them in the order of their execution. */
class Work {
  now = 0
  readonly turns = new FairQueue(() => this.now)
  readonly done: string[] = []

  async piece(client: string, ms: number): Promise<void> {
    await this.turns.waitForTurn(client)
    this.now += ms
    this.done.push(client)
  }
}

test('a client with one piece of work does not wait for all pieces of a different client', async () => {
  const work = new Work()
  const much = Array.from({ length: 100 }, () => work.piece('much', limits.SERVE_AT_ONCE_MS))
  const single = work.piece('one', 1)
  await single
  assert.ok(work.done.length <= 4, `after ${work.done.length} pieces`)
  const two = work.piece('two', 1)
  await two
  assert.ok(work.done.length <= 8, `after ${work.done.length} pieces`)
  await Promise.all(much)
  assert.equal(work.done.length, 102)
})

test('pieces of a client keep their order, and pieces without cost run in one go', async () => {
  const work = new Work()
  const order: number[] = []
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      await work.piece('a', i % 7)
      order.push(i)
    }),
  )
  assert.deepEqual(
    order,
    Array.from({ length: 50 }, (_, i) => i),
  )
  const quick = new Work()
  let callbacks = 0
  const look = (): void => {
    callbacks++
    if (quick.done.length < 50) setImmediate(look)
  }
  setImmediate(look)
  await Promise.all(Array.from({ length: 50 }, () => quick.piece('a', 0)))
  assert.ok(quick.done.length === 50 && callbacks <= 2, String(callbacks))
})

test('other callbacks of the event loop run between pieces of work', async () => {
  const work = new Work()
  let callbacks = 0
  const look = (): void => {
    callbacks++
    if (work.done.length < 20) setImmediate(look)
  }
  setImmediate(look)
  await Promise.all(Array.from({ length: 20 }, () => work.piece('a', limits.SERVE_AT_ONCE_MS)))
  assert.ok(callbacks >= 19, String(callbacks))
})

test('pieces that a client asks for one after another share a slice while nobody waits, and no slice is longer than its time', async () => {
  const work = new Work()
  const pieceMs = limits.SERVE_AT_ONCE_MS / 4
  const donePerLook: number[] = []
  const look = (): void => {
    donePerLook.push(work.done.length - donePerLook.reduce((sum, done) => sum + done, 0))
    if (work.done.length < 16) setImmediate(look)
  }
  setImmediate(look)
  for (let i = 0; i < 16; i++) {
    await work.piece('a', pieceMs)
    // A stream that has its next chunk asks for its turn some microtasks after it has worked on the last one.
    for (let hop = 0; hop < i * 4; hop++) await Promise.resolve()
  }
  assert.ok(Math.max(...donePerLook) <= 4, `pieces between two looks: ${donePerLook.join(', ')}`)
  assert.ok(donePerLook.filter(done => done === 4).length >= 3, `pieces between two looks: ${donePerLook.join(', ')}`)
})

test('while a client goes on in a slice, a client that comes is served next', async () => {
  const work = new Work()
  const stream = async (): Promise<void> => {
    for (let i = 0; i < 8; i++) await work.piece('stream', 0)
  }
  const streaming = stream()
  for (let hop = 0; hop < 100; hop++) await Promise.resolve()
  const before = work.done.length
  assert.ok(before > 0 && before < 8, `${before} pieces`)
  await work.piece('one', 0)
  assert.ok(work.done.indexOf('one') <= before + 1, work.done.join(' '))
  await streaming
  assert.equal(work.done.length, 9)
})
