import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Arena, END, FROM, MARKS } from './arena.ts'
import { ensureCapacity } from '../columns/grow-array.ts'
import { StateReader, StateWriter } from './state.ts'
import { LIFETIME_HOP, Windows } from './window.ts'

/** Entries of a list, oldest first: each its time and its second number. */
function entriesOf(arena: Arena, slot: number): [number, number][] {
  const { data, width } = arena
  const entries: [number, number][] = []
  for (let entry = arena.from(slot); entry < arena.end(slot); entry++) entries.push([data[entry * width], data[entry * width + 1]])
  return entries
}

function write(arena: Arena, entry: number, time: number, value: number): void {
  arena.data[entry * arena.width] = time
  arena.data[entry * arena.width + 1] = value
}

function arenaOf(times: readonly number[], marks = 0): Arena {
  const arena = new Arena(2, marks)
  arena.grow(3)
  times.forEach((time, i) => write(arena, arena.open(1, 0), time, i))
  return arena
}

test('lists of many slots keep their entries through opens, removes and cuts', () => {
  const step = fc.record({
    slot: fc.nat(2),
    action: fc.constantFrom('append', 'append', 'append', 'insert', 'remove', 'cut'),
    at: fc.nat(1000),
    count: fc.nat(4),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), steps => {
      const arena = new Arena(2)
      arena.grow(3)
      const lists: [number, number][][] = [[], [], []]
      steps.forEach(({ slot, action, at, count }, i) => {
        const list = lists[slot]
        if (action === 'append' || action === 'insert') {
          const after = action === 'append' ? 0 : at % (list.length + 1)
          write(arena, arena.open(slot, after), i, -i)
          list.splice(list.length - after, 0, [i, -i])
        } else if (action === 'remove') {
          const first = at % (list.length + 1)
          const removed = Math.min(count, list.length - first)
          arena.remove(slot, arena.from(slot) + first, removed)
          list.splice(first, removed)
        } else arena.cut(slot, arena.from(slot) + list.splice(0, count).length)
        assert.equal(arena.length(slot), list.length)
      })
      lists.forEach((list, slot) => assert.deepEqual(entriesOf(arena, slot), list))
      assert.equal(arena.entries, lists.flat().length)
      assert.equal(
        arena.lists,
        lists.filter((_, slot) => steps.some(s => s.slot === slot && ['append', 'insert'].includes(s.action))).length,
      )
    }),
  )
})

test('entries to remove must lie in the list', () => {
  const arena = arenaOf([1, 2, 3])
  for (const [first, count] of [
    [-1, 1],
    [2, 2],
    [3, 1],
  ])
    assert.throws(() => arena.remove(1, arena.from(1) + first, count), { code: 'SPILL_ASSERT' })
  arena.remove(1, arena.from(1) + 1, 2)
  assert.deepEqual(entriesOf(arena, 1), [[1, 0]])
})

test('a list slides down while half of its segment is free, and else doubles; freed segments are reused', () => {
  const arena = arenaOf([1, 2, 3, 4])
  assert.ok(arena.isFull(1))
  assert.ok(arena.isFull(0), 'a list without a segment is full too')
  arena.cut(1, arena.from(1) + 2)
  const place = arena.open(1, 0)
  assert.equal(place, 2, 'two of four entries: it slid down')
  write(arena, place, 5, 5)
  write(arena, arena.open(1, 0), 6, 6)
  const behind = arena.open(1, 0)
  assert.equal(behind, 8, 'four of four: it moved behind the first segment')
  const reused = arena.open(2, 0)
  assert.equal(reused, 0, 'the first segment, now of another list')
})

test('forget cuts by time and moves the marks of dropped entries', () => {
  const arena = arenaOf([1, 2, 2, 3], 2)
  const head = arena.stride
  arena.heads[head + MARKS] = arena.from(1)
  arena.heads[head + MARKS + 1] = arena.from(1) + 3
  arena.forget(1, 2)
  assert.deepEqual([arena.length(1), arena.heads[head + MARKS], arena.heads[head + MARKS + 1]], [3, 1, 3])
  arena.forget(1, 2.5)
  assert.deepEqual([arena.length(1), arena.heads[head + MARKS], arena.heads[head + MARKS + 1]], [1, 3, 3])
  arena.forget(1, 100)
  assert.equal(arena.length(1), 0)
})

test('making room drops the entries at which no window can start, and only those', () => {
  const windows = new Windows([
    { span: 4, hop: 1 },
    { span: 40, hop: 10 },
  ])
  const arena = arenaOf([3, 5, 12, 14, 19, 20, 47, 48], 1)
  const head = arena.stride
  arena.heads[head + MARKS] = arena.from(1) + 3
  assert.ok(arena.isFull(1))
  arena.makeRoom(1, windows, 50)
  // At 50 the windows start at 46 and at 10: 3 and 5 are past; the first of each ten is kept, and from 46 on every entry.
  assert.deepEqual(
    entriesOf(arena, 1).map(([time]) => time),
    [12, 20, 47, 48],
  )
  assert.equal(arena.data[arena.heads[head + MARKS] * 2], 20, 'the mark of 14 is at what is kept next')
  assert.ok(!arena.isFull(1))
  assert.equal(arena.heads[head + END] - arena.heads[head + FROM], 4)
})

test('room for a lifetime needs its oldest entry only', () => {
  const arena = arenaOf([1, 2, 3, 4, 5, 6, 7, 8])
  arena.makeRoom(
    1,
    new Windows([
      { span: 2, hop: 2 },
      { span: Infinity, hop: LIFETIME_HOP },
    ]),
    8,
  )
  assert.deepEqual(
    entriesOf(arena, 1).map(([time]) => time),
    [1, 6, 8],
  )
})

test('a restored list of any length has room for its entries, also in a freed segment', () => {
  const restored = (length: number, arena: Arena): number[] => {
    const times = Array.from({ length }, (_, i) => i)
    const writer = new StateWriter()
    arenaOf(times).save(1, writer)
    arena.grow(3)
    arena.load(0, new StateReader(writer.finish({ layout: [0, 0], from: 0, to: 1, slots: 1, sequence: 0 })))
    return times
  }
  for (let length = 1; length <= 33; length++)
    for (const freed of [0, 4, 8, 16, 32]) {
      const arena = arenaOf(new Array<number>(freed).fill(0))
      arena.clear(1)
      // The list of the third slot stands behind the freed segment.
      if (freed > 0) write(arena, arena.open(2, 0), -1, -1)
      const times = restored(length, arena)
      for (let more = length; more < 70; more++) times.push(times.length)
      for (const time of times.slice(length)) {
        write(arena, arena.open(0, 0), time, time)
        write(arena, arena.open(2, 0), -1, -1)
      }
      assert.deepEqual(
        entriesOf(arena, 0).map(([time]) => time),
        times,
        `${length} entries, ${freed} freed`,
      )
      assert.ok(entriesOf(arena, 2).every(([time]) => time === -1))
    }
})

test('a grown array keeps its numbers, and a large enough array is returned unchanged', () => {
  const array = Int32Array.of(1, 2, 3)
  assert.equal(ensureCapacity(array, 3), array)
  assert.deepEqual([...ensureCapacity(array, 4)], [1, 2, 3, ...new Array<number>(13).fill(0)])
  assert.equal(ensureCapacity(new Float64Array(40), 41).length, 80)
  assert.equal(ensureCapacity(new Float64Array(40), 100).length, 100)
})

test('bytes count entries and heads', () => {
  const arena = new Arena(3, 1)
  assert.equal(arena.bytes, 1024 * 3 * 8)
  arena.grow(100)
  assert.equal(arena.bytes, 1024 * 3 * 8 + 100 * 5 * 4)
})
