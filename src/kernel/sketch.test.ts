import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { codeOfNumber, rankOf, registerOf } from '../aggregate/hyperloglog.ts'
import { limits } from '../base/limits.ts'
import { Sketch } from './sketch.ts'
import { StateReader, StateWriter } from './state.ts'
import { Windows } from './window.ts'

const windows = new Windows([
  { span: 10, hop: 1 },
  { span: 40, hop: 4 },
])

interface Entry {
  readonly tile: number
  readonly code: number
}

/** Few registers, the last among them, and few ranks, so that most added values decide nothing. */
const registers = fc.oneof(fc.nat(4), fc.constant(limits.SKETCH_REGISTERS - 1))
const codes = fc.record({ register: registers, rank: fc.integer({ min: 1, max: 6 }) }).map(({ register, rank }) => register * 64 + rank)
const histories = fc.array(fc.record({ wait: fc.nat(2), late: fc.oneof(fc.constant(0), fc.nat(30)), code: codes }), { maxLength: 700 })

/** [Σ 2^−rank, empty registers] by brute force. */
function registersFrom(entries: readonly Entry[], start: number): [number, number] {
  const ranks = new Map<number, number>()
  for (const { tile, code } of entries)
    if (tile >= start) ranks.set(registerOf(code), Math.max(ranks.get(registerOf(code)) ?? 0, rankOf(code)))
  return [[...ranks.values()].reduce((sum, rank) => sum + 2 ** -rank, 0), limits.SKETCH_REGISTERS - ranks.size]
}

const registersOf = (sketch: Sketch, w: number, start: number): [number, number] => {
  sketch.advance(w, start)
  return [sketch.rankSum[w], sketch.empty[w]]
}

const headed = { layout: [1, 2], from: 0, to: 0, slots: 0, sequence: 0 } as const

test('each window has the registers of its values, for any order and after a restore', () => {
  fc.assert(
    fc.property(histories, fc.nat(3), (history, every) => {
      let sketch = new Sketch(windows.length)
      const entries: Entry[] = []
      let now = 0
      history.forEach(({ wait, late, code }, i) => {
        now += wait
        entries.push({ tile: now - late, code })
        sketch.add(now - late, code, windows.reach(now))
        if (i % (every + 1) > 0) return
        for (let w = 0; w < windows.length; w++) {
          const start = windows.start(w, now)
          assert.deepEqual(registersOf(sketch, w, start), registersFrom(entries, start))
        }
        if (i % 50 === 0) sketch = restored(sketch)
      })
    }),
  )
})

function restored(sketch: Sketch): Sketch {
  const writer = new StateWriter()
  sketch.save(writer)
  const other = new Sketch(windows.length)
  const reader = new StateReader(writer.finish(headed))
  other.load(reader)
  reader.end()
  assert.equal(other.entries, sketch.entries)
  return other
}

test('entries that decide no window are dropped: a register has at most one entry per rank', () => {
  const sketch = new Sketch(windows.length)
  const empty = sketch.bytes
  for (let round = 0; round < 3; round++)
    for (let rank = limits.SKETCH_RANK_MAX; rank >= 1; rank--)
      for (const register of [0, 4095]) sketch.add(100 * round - rank, register * 64 + rank, -Infinity)
  assert.deepEqual([sketch.entries, sketch.bytes], [2 * limits.SKETCH_RANK_MAX, empty])
  sketch.add(1000, 64 + 1, 990)
  assert.equal(sketch.entries, 2 * limits.SKETCH_RANK_MAX + 1)
  sketch.add(1000, 1, 990)
  assert.equal(sketch.entries, limits.SKETCH_RANK_MAX + 2, 'what lies before every window leaves with what comes to its register')
})

test('a million values keep some four entries a register', () => {
  const sketch = new Sketch(windows.length)
  for (let value = 0; value < 1_000_000; value++) sketch.add(value, codeOfNumber(value), -Infinity)
  assert.ok(sketch.entries < 5 * limits.SKETCH_REGISTERS, `${sketch.entries} entries`)
  assert.ok(sketch.capacity < 2 * sketch.entries, `room for ${sketch.capacity}`)
})

test('an invalid saved sketch is rejected', () => {
  const load = (tiles: readonly number[], of: readonly number[], length = tiles.length): Sketch => {
    const writer = new StateWriter()
    writer.count(length)
    tiles.forEach((tile, i) => {
      writer.number(tile)
      if (i < of.length) writer.count(of[i])
    })
    const sketch = new Sketch(windows.length)
    sketch.load(new StateReader(writer.finish(headed)))
    return sketch
  }
  assert.equal(load([1, 1, 2], [1, 64 + 41, 4095 * 64 + 41]).entries, 3)
  assert.equal(load([], []).entries, 0)
  const bad: Parameters<typeof load>[] = [
    [[NaN], [1]],
    [[1], [0]],
    [[1], [64]],
    [[1], [42]],
    [[1], [4096 * 64 + 1]],
    [[1], [-1]],
    [[1], [1], 2],
    [[1], []],
  ]
  for (const damaged of bad) assert.throws(() => load(...damaged), { code: 'SPILL_STATE' }, JSON.stringify(damaged))
})
