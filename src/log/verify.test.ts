import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../test/crash/model-store.ts'
import type { Block } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import { entity, source, t } from '../index.ts'
import { Log } from './log.ts'
import { LOG_START, logStartText } from './named-values.ts'
import { SegmentWriter, type LogMarker } from './segment.ts'
import type { StoredSegment } from './store.ts'
import { damagedSegments } from './verify.ts'

const ir = source('s', { schema: { k: entity('k', t.string()), at: t.timestamp() }, key: 'k', time: 'at' }).ir
const strings = new Strings()

function block(...arrivals: readonly number[]): Block {
  const numbers = Float64Array.from(arrivals)
  const columns = { k: { values: Int32Array.from(arrivals, arrival => strings.idOf(`k${arrival}`)) }, at: { values: numbers } }
  return { length: arrivals.length, time: numbers, arrival: numbers, sourcePosition: new Float64Array(arrivals.length), columns }
}

/** Five segments of two entries each, in two partitions, with a tick in the middle. */
async function intactSegments(): Promise<StoredSegment[]> {
  const store = new ModelStore(undefined, true)
  const log = new Log(store, { sources: [ir], stringsOf: () => strings, partitions: 2 })
  await store.commit({ schemas: log.schemas.added })
  const tick: LogMarker = { kind: 'tick', t: 5 }
  for (const [arrivals, marks] of [[[1, 2]], [[3, 4]], [[6], [tick]], [[6, 7]], [[8, 9]]] as const)
    await store.commit({
      segment: log.append({
        sources: [{ source: ir, block: block(...arrivals) }],
        order: marks ? Uint8Array.of(1, 0) : undefined,
        markers: marks ?? [],
      }).stored,
    })
  return store.segments
}

function damageLines(segments: readonly StoredSegment[]): string[] {
  const schemas = [{ source: 's', version: 1, columns: ir.columns }]
  const store = new ModelStore({ commits: [{ schemas }, ...segments.map(segment => ({ segment }))] })
  return [...damagedSegments(store)].map(({ place, entries, problem }) => `${place} ${entries?.join('–')}: ${problem}`)
}

test('finds no damage in an intact log', async () => {
  assert.deepEqual(damageLines(await intactSegments()), [])
  assert.deepEqual(damageLines([]), [])
})

test('finds a flipped bit in its segment, and checks the rest', async () => {
  const segments = await intactSegments()
  const bytes = segments[1].bytes.slice()
  bytes[20] ^= 4
  const damaged = [segments[0], { ...segments[1], bytes }, ...segments.slice(2)]
  assert.deepEqual(damageLines(damaged), [
    `segment 2 2–3: is damaged: it does not have the checksum that it was written with (at byte 0 of ${bytes.length - 4})`,
  ])
})

test('finds a missing segment, and a segment in the place of another', async () => {
  const segments = await intactSegments()
  assert.deepEqual(damageLines(segments.slice(1)), ['log 0–1: is missing'])
  const [gap, offsets] = damageLines(segments.toSpliced(1, 1))
  assert.equal(gap, 'log 2–3: is missing')
  assert.match(offsets, /^segment 4 4–5: begins at offsets \d,\d of source 's', where the one before it ends at \d,\d$/)
  const swapped = segments.with(1, { ...segments[1], bytes: segments[3].bytes })
  assert.match(damageLines(swapped)[0], /^segment 2 2–3: holds entries 6 to 7, but is stored as 2 to 3$/)
  assert.match(
    damageLines(segments.with(0, { ...segments[0], entries: 1 }))[0],
    /^segment 0 0–0: holds entries 0 to 1, but is stored as 0 to 0$/,
  )
})

test('finds a log that ends before its last segment, and skips what retention removes during the check', async () => {
  const commits = (await intactSegments()).map(segment => ({ segment }))
  const schemas = [{ source: 's', version: 1, columns: ir.columns }]
  /** A store in which something happens before entry 4 is read. */
  class ChangingStore extends ModelStore {
    isCut = false
    override segmentAt(sequence: number): StoredSegment | undefined {
      if (sequence >= 4 && this.isCut) return undefined
      if (sequence === 4) void this.commit({ forget: 8, put: [[LOG_START, logStartText({ entry: 8, arrival: 6 })]] })
      return super.segmentAt(sequence)
    }
  }
  const disk = (): Disk => ({ commits: [{ schemas }, ...commits] })
  const progress: [number, number][] = []
  assert.deepEqual([...damagedSegments(new ChangingStore(disk(), true), (entries, of) => progress.push([entries, of]))], [])
  assert.deepEqual(progress, [
    [2, 10],
    [4, 10],
    [10, 10],
  ])
  const cut = new ChangingStore(disk(), true)
  cut.isCut = true
  assert.deepEqual([...damagedSegments(cut)], [{ place: 'log', entries: [4, 9], problem: 'is missing' }])
})

test('finds falling arrivals, also below a tick, and a wrong stored arrival', async () => {
  const segments = await intactSegments()
  const writer = new SegmentWriter({ columnsOf: () => ir.columns, stringsOf: () => strings })
  const encodeSegment = (arrival: number, ...arrivals: readonly number[]): StoredSegment => {
    const rows = [{ source: 's', schema: 1, block: block(...arrivals) }]
    const sourcePosition = Float64Array.from(arrivals.keys())
    const bytes = writer.write({
      first: 0,
      length: arrivals.length,
      sources: rows.map(row => ({ ...row, block: { ...row.block, sourcePosition } })),
      markers: [],
      offsets: { s: [0, 0] },
    })
    return { first: 0, entries: arrivals.length, arrival, bytes }
  }
  assert.deepEqual(damageLines([encodeSegment(4, 4, 4, 3, 2)]), ['segment 0 0–3: has arrivals that fall, at entry 2'])
  assert.deepEqual(damageLines([encodeSegment(4, 1, 3)]), ['segment 0 0–1: ends at arrival 3, but is stored with 4'])
  assert.deepEqual(damageLines([encodeSegment(3, 1, 3)]), [])
  assert.deepEqual(damageLines([encodeSegment(4, 3)]), ['segment 0 0–0: ends at arrival 3, but is stored with 4'])
  assert.deepEqual(damageLines(segments.with(3, { ...segments[3], arrival: 99 })).length, 2, 'the next segment is below it too')
})
