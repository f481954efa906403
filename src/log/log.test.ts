/** Tests the log's order against a list of entries. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../test/crash/model-store.ts'
import { addText, type Hash64 } from '../base/hash.ts'
import { random } from '../base/random.ts'
import { sourceOffset, sourcePartition } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import { entity, source, t } from '../index.ts'
import { Log, type AppendInput } from './log.ts'
import { LOG_START, logStartText } from './named-values.ts'
import type { LogMarker } from './segment.ts'

const PARTITIONS = 3
const named = source('named', { schema: { k: entity('k', t.string()), at: t.timestamp() }, key: 'k', time: 'at' }).ir
const numbered = source('numbered', { schema: { k: entity('n', t.int()), at: t.timestamp() }, key: 'k', time: 'at' }).ir
const sources = [named, numbered]
const strings = new Strings()

/** An event or a marker: the source is undefined for a marker. */
interface Entry {
  readonly source: string | undefined
  readonly key: number
  readonly arrival: number
  readonly marker?: LogMarker
}

const open = (store: ModelStore): Log => new Log(store, { sources, stringsOf: () => strings, partitions: PARTITIONS })

function inputOf(entries: readonly Entry[]): AppendInput {
  const parts = sources.flatMap(ir => {
    const rows = entries.filter(entry => entry.source === ir.name)
    if (rows.length === 0) return []
    const time = Float64Array.from(rows, ({ arrival }) => arrival)
    const keys = ir === named ? Int32Array.from(rows, ({ key }) => strings.idOf(`key-${key}`)) : Float64Array.from(rows, ({ key }) => key)
    const columns = { k: { values: keys }, at: { values: time } }
    return [{ source: ir, block: { length: rows.length, time, arrival: time, sourcePosition: new Float64Array(rows.length), columns } }]
  })
  const place = ({ source: name }: Entry): number =>
    name === undefined ? parts.length : parts.findIndex(part => part.source.name === name)
  return { sources: parts, order: Uint8Array.from(entries, place), markers: entries.flatMap(({ marker }) => marker ?? []) }
}

/** The unsigned lower half of the hash of the key's text, modulo the number of partitions. */
function partitionOf({ source: name, key }: Entry): number {
  const hash: Hash64 = { high: 0, low: 0 }
  addText(hash, name === 'named' ? `key-${key}` : String(key))
  return Number(BigInt.asUintN(32, BigInt(hash.low)) % BigInt(PARTITIONS))
}

test('entries have consecutive sequence numbers, events consecutive offsets in the partition of their key, also after reopening', async () => {
  const next = random(31)
  for (let round = 0; round < 30; round++) {
    const store = new ModelStore(undefined, true)
    let log = open(store)
    await store.commit({ schemas: log.schemas.added })
    const all: Entry[] = []
    /** By segment: its first entry, and the greatest arrival up to its end. */
    const segments: { first: number; arrival: number }[] = []
    const offsets: Record<string, number[]> = { named: [0, 0, 0], numbered: [0, 0, 0] }
    let now = 100
    for (let turn = 0; turn < 12; turn++) {
      const entries = Array.from({ length: 1 + Math.floor(next() * 4) }, (): Entry => {
        now += Math.floor(next() * 3)
        const of = [undefined, 'named', 'numbered'][Math.floor(next() * 3)]
        const key = Math.floor(next() * 12)
        if (of !== undefined) return { source: of, key, arrival: now }
        const isTick = next() < 0.5
        const marker: LogMarker = isTick ? { kind: 'tick', t: now } : { kind: 'promote', model: 'm', version: 1, t: now }
        // Entries after a tick are later than it.
        return { source: of, key, arrival: isTick ? now++ : now, marker }
      })
      const before = structuredClone(offsets)
      const input = inputOf(entries)
      const { segment, stored } = log.append(input)
      assert.deepEqual(segment.order, input.order)
      assert.deepEqual([segment.first, stored.first, stored.entries], [all.length, all.length, entries.length])
      assert.deepEqual(segment.offsets, before)
      for (const { source: name, block } of segment.sources) {
        const events = entries.filter(entry => entry.source === name)
        for (const [row, event] of events.entries()) {
          const position = block.sourcePosition[row]
          const partition = partitionOf(event)
          assert.deepEqual([sourcePartition(position), sourceOffset(position)], [partition, offsets[name][partition]++])
        }
      }
      all.push(...entries)
      const notBefore = all.reduce((least, { arrival, marker }) => Math.max(least, marker?.kind === 'tick' ? arrival + 1 : arrival), 0)
      segments.push({ first: stored.first, arrival: notBefore })
      await store.commit({ segment: stored })
      if (next() < 0.3) log = open(store)
      assert.deepEqual([log.end, log.notBefore, stored.arrival, log.offsets], [all.length, notBefore, notBefore, offsets])
    }
    for (let arrival = 98; arrival <= now + 2; arrival++)
      assert.equal(log.firstEntrySince(arrival), segments.find(segment => segment.arrival >= arrival)?.first ?? log.end)
    for (const { first } of [...segments, { first: log.end }]) {
      for (const { name } of sources)
        assert.equal(log.countEventsBefore(name, first), all.slice(0, first).filter(entry => entry.source === name).length)
      assert.deepEqual(
        [...log.segments(0, first)].map(segment => segment.first),
        segments.map(segment => segment.first).filter(begin => begin < first),
      )
      assert.equal([...log.segments(first, log.end)][0]?.first, first === log.end ? undefined : first)
    }
  }
})

test('an arrival before an earlier entry, and a segment without entries, are a defect of the caller', () => {
  const log = open(new ModelStore(undefined, true))
  assert.equal(log.notBefore, -Infinity)
  log.append(inputOf([{ source: 'named', key: 1, arrival: 5 }]))
  log.append(inputOf([{ source: 'named', key: 1, arrival: 5 }]))
  assert.throws(() => log.append(inputOf([{ source: 'named', key: 1, arrival: 4 }])), { code: 'SPILL_ASSERT' })
  assert.throws(() => log.append(inputOf([])), { code: 'SPILL_ASSERT' })
})

test('without a number of partitions a source has one, and a source without events changes nothing', () => {
  const log = new Log(new ModelStore(undefined, true), { sources, stringsOf: () => strings })
  const { sources: rows, ...input } = inputOf([{ source: 'named', key: 1, arrival: 5 }])
  const none = new Float64Array(0)
  const empty = { length: 0, time: none, arrival: none, sourcePosition: none, columns: { k: { values: none }, at: { values: none } } }
  const { segment } = log.append({ ...input, sources: [...rows, { source: numbered, block: empty }] })
  assert.equal(segment.sources[0].block.sourcePosition[0], 0)
  assert.deepEqual([log.offsets, log.end, log.notBefore], [{ named: [1], numbered: [0] }, 1, 5])
})

test('a removed part of the log is skipped, and a missing segment is damage', async () => {
  const store = new ModelStore(undefined, true)
  const log = open(store)
  await store.commit({ schemas: log.schemas.added })
  for (let arrival = 0; arrival < 4; arrival++) {
    const { stored } = log.append(inputOf([0, 1].map(key => ({ source: 'named', key, arrival }))))
    await store.commit({ segment: stored })
  }
  const firsts = (of: Log, from: number): number[] => [...of.segments(from, of.end)].map(({ first }) => first)
  assert.deepEqual(firsts(log, 3), [2, 4, 6], 'the segment that contains the entry')
  const missing = new ModelStore({ commits: store.disk.commits.filter(({ segment }) => segment?.first !== 4) })
  assert.throws(() => firsts(open(missing), 0), { code: 'SPILL_DATA', message: /the segment with entry 4 is missing/ })
  await store.commit({ forget: 4, put: [[LOG_START, logStartText({ entry: 4, arrival: 1 })]] })
  for (const from of [0, 3, 4]) assert.deepEqual(firsts(log, from), [4, 6])
  const cut = new ModelStore({ commits: store.disk.commits.filter(({ segment }) => segment?.first !== 4) })
  assert.throws(() => firsts(open(cut), 0), { code: 'SPILL_DATA', message: /the segment with entry 4 is missing/ })
  const { bytes } = store.segments[1]
  const exchanged = new ModelStore({
    commits: store.disk.commits.map(commit =>
      commit.segment?.first === 4 ? { ...commit, segment: { ...commit.segment, bytes } } : commit,
    ),
  })
  assert.throws(() => firsts(open(exchanged), 4), {
    code: 'SPILL_DATA',
    message: 'segment 4 of the log is damaged: the bytes are those of segment 6',
  })
})
