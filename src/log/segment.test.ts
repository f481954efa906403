import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { limits } from '../base/limits.ts'
import type { ColumnData } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { ColumnIR, ColumnType, Value } from '../define/ir/ir.ts'
import { readSegment, SegmentWriter, type LogMarker, type Segment, type SegmentContext } from './segment.ts'

const columnsOf: Record<string, readonly ColumnIR[]> = {
  payments: (['string', 'int', 'double', 'bool', 'timestamp'] as const).map(type => ({ name: type, type, nullable: true })),
  cards: [{ name: 'card', type: 'string', nullable: false }],
}

/** Each string column has ids of its own, as shared and private columns have. */
function context(columnFilter?: SegmentContext['columnFilter']): SegmentContext {
  const strings = new Map<string, Strings>()
  return {
    columnsOf: source => columnsOf[source],
    stringsOf(source, column) {
      const name = `${source}.${column}`
      if (!strings.has(name)) strings.set(name, new Strings())
      return strings.get(name)!
    },
    ...(columnFilter && { columnFilter }),
  }
}

interface Event {
  readonly partition: number
  readonly time: number
  readonly arrival: number
  readonly row: Readonly<Record<string, Value>>
}

const valueOf: Record<string, fc.Arbitrary<Value>> = {
  string: fc.string({ unit: 'binary', maxLength: 8 }),
  int: fc.maxSafeInteger(),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
  bool: fc.boolean(),
  timestamp: fc.integer({ min: -(2 ** 43), max: 2 ** 43 }),
  card: fc.constantFrom('a', 'b', ''),
}

const events = (source: string): fc.Arbitrary<Event[]> =>
  fc.array(
    fc.record({
      partition: fc.integer({ min: 0, max: 3 }),
      time: fc.oneof(fc.integer({ min: -(2 ** 43), max: 2 ** 43 }), fc.integer({ min: 0, max: 300 })),
      arrival: fc.integer({ min: 0, max: 100_000 }),
      row: fc.record(
        Object.fromEntries(
          columnsOf[source].map(({ name, nullable }) => [name, nullable ? fc.option(valueOf[name], { nil: null }) : valueOf[name]]),
        ),
      ),
    }),
    { maxLength: 40 },
  )

const physical = (type: ColumnType, value: Value, strings: Strings): number =>
  value === null ? 0 : type === 'string' ? strings.idOf(value as string) : Number(value)

function segmentOf(
  rowsBySource: Readonly<Record<string, readonly Event[]>>,
  order: Uint8Array | undefined,
  marks: readonly LogMarker[],
  segmentContext: SegmentContext,
): Segment {
  const sources = Object.entries(rowsBySource).map(([source, rows]) => {
    const offsets = [5, 6, 7, limits.OFFSET_MAX - 100]
    const columns = columnsOf[source].map(({ name, type }): [string, ColumnData] => {
      const values = rows.map(({ row }) => physical(type, row[name], segmentContext.stringsOf(source, name)))
      const nulls = rows.some(({ row }) => row[name] === null)
        ? Uint8Array.from(rows, ({ row }) => (row[name] === null ? 1 : 0))
        : undefined
      return [name, { values: type === 'string' ? Int32Array.from(values) : Float64Array.from(values), ...(nulls && { nulls }) }]
    })
    const block = {
      length: rows.length,
      time: Float64Array.from(rows, ({ time }) => time),
      arrival: Float64Array.from(rows, ({ arrival }) => arrival),
      sourcePosition: Float64Array.from(rows, ({ partition }) => partition * limits.OFFSET_MAX + offsets[partition]++),
      columns: Object.fromEntries(columns),
    }
    const ids =
      source === 'cards'
        ? { high: Int32Array.from(rows, ({ time }) => time), low: Int32Array.from(rows, ({ arrival }) => arrival) }
        : undefined
    const identities = ids && { high: ids.low, low: ids.high }
    return { source, schema: 1, block, ids, identities }
  })
  const length = Object.values(rowsBySource).reduce((sum, rows) => sum + rows.length, marks.length)
  return { first: 2 ** 40, length, sources, markers: marks, offsets: { payments: [5, 6, 7], cards: [] }, ...(order && { order }) }
}

/** Content of a segment, with texts instead of ids. */
function describeSegment({ sources, order, ...rest }: Segment, { stringsOf }: SegmentContext): unknown {
  return {
    ...rest,
    order: order && [...order],
    sources: sources.map(({ source, schema, ids, identities, block: { columns, length, ...stamps } }) => ({
      source,
      schema,
      length,
      hashes: [ids, identities].map(hashes => hashes && [[...hashes.high], [...hashes.low]]),
      stamps: Object.values(stamps).map(column => [...column]),
      columns: Object.entries(columns).map(([name, { values, nulls }]) => {
        const isText = values instanceof Int32Array
        return [name, Array.from(values, (value, row) => (nulls?.[row] ? null : isText ? stringsOf(source, name).textOf(value) : value))]
      }),
    })),
  }
}

const anySegment = fc.record({ payments: events('payments'), cards: events('cards'), ticks: fc.array(fc.integer(), { maxLength: 3 }) })

/** Sources and markers in round-robin order. */
function roundRobin(counts: readonly number[]): Uint8Array {
  const remaining = [...counts]
  const order: number[] = []
  for (let i = 0; remaining.some(count => count > 0); i = (i + 1) % remaining.length) if (remaining[i]-- > 0) order.push(i)
  return Uint8Array.from(order)
}

test('a segment round-trips', () => {
  fc.assert(
    fc.property(anySegment, ({ payments, cards, ticks }) => {
      const writing = context()
      const marks = ticks.map((t): LogMarker => ({ kind: 'tick', t }))
      const segment = segmentOf({ payments, cards }, roundRobin([payments.length, cards.length, ticks.length]), marks, writing)
      const reading = context()
      const decoded = readSegment(new SegmentWriter(writing).write(segment), reading)
      assert.deepEqual(describeSegment(decoded, reading), describeSegment(segment, writing))
    }),
  )
})

test('skips columns that are not columnFilter', () => {
  const writing = context()
  const rows = [{ partition: 0, time: 1, arrival: 1, row: { string: 'x', int: 1, double: 0.5, bool: true, timestamp: 7 } }]
  const bytes = new SegmentWriter(writing).write(segmentOf({ payments: rows }, undefined, [], writing))
  const { sources } = readSegment(
    bytes,
    context((_, column) => column === 'double'),
  )
  assert.deepEqual(Object.keys(sources[0].block.columns), ['double'])
  assert.equal(sources[0].block.columns['double'].values[0], 0.5)
})

test('one event of three columns takes about a hundred bytes', () => {
  const writing = context()
  const rows = [{ partition: 0, time: 1.7e12, arrival: 1.7e12, row: { card: 'card-0012345' } }]
  assert.ok(new SegmentWriter(writing).write(segmentOf({ cards: rows }, undefined, [], writing)).length < 120)
})

test('rejects a segment with any flipped bit or any truncation', () => {
  const writing = context()
  const rows = [1, 2, 3].map(i => ({ partition: i % 2, time: i, arrival: i, row: { card: `c${i}` } }))
  const bytes = new SegmentWriter(writing).write(segmentOf({ cards: rows }, undefined, [], writing))
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = bytes.slice()
      flipped[at] = flipped[at] ^ (1 << bit)
      assert.throws(() => readSegment(flipped, context()), { code: 'SPILL_DATA' })
    }
    assert.throws(() => readSegment(bytes.slice(0, at), context()), { code: 'SPILL_DATA' })
  }
})
