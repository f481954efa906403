/** Tests sets of decisions, samples of sets, and that rows at the times of ticks equal the decisions of those ticks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockOf } from '../../test/property/engines/block.ts'
import { asOneLog } from '../../test/property/generate/one-log.ts'
import { deciding } from '../../test/property/generate/deciders.ts'
import { type ColumnData, concatArrays, concatColumns } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { PipelineIR } from '../define/ir/ir.ts'
import type { OutputValues } from '../files/io/output-table.ts'
import type { SourceHistory } from '../intake/history-builder.ts'
import { count, entity, every, features, lag, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { decide, type DecisionBatch } from './decide.ts'
import { replayLog, type ReplayLog } from './log.ts'
import { groupsQuestion, modelQuestion } from './question.ts'
import { RowHash } from './row-hash.ts'
import { sampledSet } from './key-sample.ts'
import { setOfDecisions, setOfRows, type TrainingSet } from './training-set.ts'

const CASES = 60

function logOf(ir: PipelineIR, events: Parameters<typeof blockOf>[1]): ReplayLog {
  const strings = new Strings()
  const histories = ir.sources.map((source): [string, SourceHistory] => {
    const own = events.filter(event => event.source === source.name)
    return [source.name, { source, block: blockOf(source, own, strings) } as SourceHistory]
  })
  return replayLog(ir, new Map(histories), strings)
}

/** The values of columns with this name prefix, of all batches, by name. NULLs as stored. */
function cellsOf({ columns, batches }: TrainingSet, prefix: string): Record<string, unknown[]> {
  const cellsByName = Object.fromEntries(columns.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => [name, [] as unknown[]]))
  for (const batch of batches)
    columns.forEach(({ name }, c) => {
      for (let row = 0; row < batch.length; row++) cellsByName[name]?.push(cellOf(batch.columns[c], row))
    })
  return cellsByName
}

function cellOf({ values, nulls, counts, width = 1 }: OutputValues, row: number): unknown {
  if (nulls?.[row] === 1) return null
  return counts ? [...values.subarray(row * width, row * width + counts[row])] : values[row]
}

/** Copies of a model's decisions, since batches overwrite their columns. */
function tickRows(batches: Iterable<DecisionBatch>): { readonly t: Float64Array; readonly key: ColumnData } {
  const parts = [...batches].map(({ t, key, length }) => ({ t: t.slice(), key: { values: key.values.slice() }, length }))
  const key = concatColumns(
    parts.map(part => part.key),
    parts.map(({ length }) => length),
  )
  return { t: concatArrays(parts.map(part => part.t)), key }
}

test('rows at the times of ticks equal the decisions of those ticks, in every placement', () => {
  let [compared, rejected] = [0, 0]
  for (let seed = 1; seed <= CASES; seed++) {
    const generated = deciding(seed)
    if (!generated) continue
    const { ir, log: events } = generated
    const tick = ir.models.find(({ name }) => name === 'tick')!
    const log = logOf(ir, asOneLog(events))
    const definitions = { ir, scores: new Map() }
    const decided = cellsOf(setOfDecisions(ir, tick, decide(definitions, tick, log), log.strings), '')
    const { length } = decided['t']
    if (length === 0) continue
    const { t, key } = tickRows(decide(definitions, tick, log))
    const question = modelQuestion(ir, 'tick')
    const rows = { length, t, row: t, columns: { [question.keys[0].name]: key } }
    const requested = cellsOf(setOfRows(question, rows, log, 7), '')
    for (const [name, values] of Object.entries(decided)) assert.deepEqual(requested[name], values, `seed ${seed}, ${name}`)
    compared += length
    rejected += decided['rejected'].filter(reason => reason !== null).length
  }
  assert.ok(compared > 500, `only ${compared} decisions were compared, ${rejected} of them rejected`)
})

const card = entity('card', t.string())
const sales = source('sales', {
  schema: { id: t.string(), card, price: t.decimal(2), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const recent = features('recent', {
  from: sales,
  entity: card,
  place: stream,
  values: s => ({ n: count('1h'), prices: s.price.lastK(2, '1h') }),
})
const score = linear({ intercept: 0, weights: { n: 1 } })
const selling = model('selling', {
  decide: on(sales),
  inputs: s => ({ price: s.price, n: recent.of(s.card).n, prices: recent.of(s.card).prices }),
  score,
})
const ticking = model('ticking', { decide: every('1m', card), inputs: c => ({ n: recent.of(c.card).n }), score })
const { ir } = pipeline('shop', [selling, ticking])

const sale = (offset: number, who: string, price: number) => {
  const time = offset * 20_000
  return { source: 'sales', partition: 0, offset, arrival: time, time, row: { id: `i${offset}`, card: who, price, at: time } }
}
const shop = logOf(ir, [sale(0, 'a', 150), sale(1, 'b', 250), sale(2, 'a', 350), sale(3, 'b', 450)])
const setOf = (name: string): TrainingSet => {
  const of = ir.models.find(each => each.name === name)!
  return setOfDecisions(ir, of, decide({ ir, scores: new Map() }, of, shop), shop.strings)
}

test('a set of decisions has positions of events, and decimals and lists as the model saw them', () => {
  const names = setOf('selling').columns.map(({ name, type, scale, list }) => `${name} ${type}${scale ?? ''}${list ? '[]' : ''}`)
  assert.deepEqual(names, [
    't timestamp',
    'key.card string',
    'id string',
    'partition int',
    'offset int',
    'vector.price decimal2',
    'vector.n int',
    'vector.prices decimal2[]',
    'rejected string',
    'read.recent(card).visibleEvents int',
    'read.recent(card).age duration',
  ])
  assert.deepEqual(cellsOf(setOf('selling'), 'vector.')['vector.prices'], [[1.5], [2.5], [3.5, 1.5], [4.5, 2.5]])
  assert.deepEqual(
    setOf('ticking').columns.map(({ name }) => name),
    ['t', 'key.card', 'vector.n', 'rejected', 'read.recent(card).visibleEvents', 'read.recent(card).age'],
  )
  assert.deepEqual(cellsOf(setOf('ticking'), '')['vector.n'], [1, 2, 2])
})

test('a set of rows has ages, and rejected values with the reason', () => {
  const few = features('few', {
    from: sales,
    entity: card,
    place: lag('10s'),
    values: () => ({ one: count('1h', { exact: true, maxEvents: 1 }) }),
  })
  const { ir: lagged } = pipeline('lagged', [few, recent])
  const [a, b] = ['a', 'b'].map(text => shop.strings.idOf(text))
  const requested = { length: 4, t: Float64Array.of(20_000, 49_999, 50_000, 90_000), row: Float64Array.of(4, 2, 1, 3) }
  const columns = { card: { values: Int32Array.of(b, a, a, b), nulls: Uint8Array.of(0, 0, 0, 1) } }
  const set = () => setOfRows(groupsQuestion(lagged, ['few', 'recent.n']), { ...requested, columns }, shop)
  const { rejected, ...cells } = cellsOf(set(), '')
  assert.deepEqual(cells, {
    row: [4, 2, 1, 3],
    t: [20_000, 49_999, 50_000, 90_000],
    'key.card': [b, a, a, null],
    'vector.few.one': [0, 1, null, 0],
    'vector.recent.n': [1, 2, 2, 0],
    'read.few(card).visibleEvents': [1, 2, 3, 4],
    'read.few(card).age': [10_000, 10_000, 10_000, 10_000],
    'read.few(card).newest': [null, 49_999, 10_000, null],
    'read.recent(card).visibleEvents': [2, 3, 3, 4],
    'read.recent(card).age': [0, 0, 0, 0],
    'read.recent(card).newest': [0, 9_999, 10_000, null],
  })
  assert.deepEqual(
    rejected.map(id => (id === null ? null : shop.strings.textOf(id as number))),
    [null, null, "feature 'few.one' SPILL_LIMIT: its key has more events or distinct values in the window than its limit", null],
  )
  assert.deepEqual(
    [...set().batches].map(({ length, done }) => [length, done]),
    [[4, 1]],
  )
})

test('a sample of a set has the rows of its keys, whole', () => {
  const b = shop.strings.idOf('b')
  const sample = () => sampledSet(setOf('selling'), 'key.card', (key, row) => key.values[row] === b)
  const cells = cellsOf(sample(), '')
  assert.deepEqual(cells['offset'], [1, 3])
  assert.deepEqual(cells['vector.prices'], [[2.5], [4.5, 2.5]])
  assert.deepEqual(cells['rejected'], [null, null])
  const hashes = [sample(), setOf('selling')].map(({ columns, strings, batches }) => {
    const hash = new RowHash(columns, strings)
    for (const { length, columns: values } of batches) hash.add(length, values)
    return hash.digest()
  })
  assert.notEqual(hashes[0], hashes[1])
})
