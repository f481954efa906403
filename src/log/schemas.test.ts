import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../test/crash/model-store.ts'
import { Strings } from '../columns/strings.ts'
import { entity, source, t } from '../index.ts'
import { EventLookup } from './event-lookup.ts'
import { Log } from './log.ts'
import { SourceSchemas } from './schemas.ts'

const card = entity('card', t.string())
const sourceOf = (columns: Record<string, ReturnType<typeof t.int>>) =>
  source('payments', { schema: { card, at: t.timestamp(), ...columns }, key: 'card', time: 'at' }).ir
const before = sourceOf({})

/** A store whose log has two events of `before`. */
async function written(): Promise<ModelStore> {
  const store = new ModelStore(undefined, true)
  const strings = new Strings()
  const log = new Log(store, { sources: [before], stringsOf: () => strings })
  const times = Float64Array.of(1, 2)
  const columns = { card: { values: Int32Array.of(strings.idOf('a'), strings.idOf('b')) }, at: { values: times } }
  const block = { length: 2, time: times, arrival: times, sourcePosition: new Float64Array(2), columns }
  await store.commit({ schemas: log.schemas.added })
  await store.commit({ segment: log.append({ sources: [{ source: before, block }], order: undefined, markers: [] }).stored })
  return store
}

test('events from before a column was added have NULL there', async () => {
  const now = source('payments', {
    schema: { card, at: t.timestamp(), amount: t.int().nullable(), label: t.string().nullable() },
    key: 'card',
    time: 'at',
  }).ir
  const store = await written()
  const log = new Log(store, { sources: [now], stringsOf: () => new Strings() })
  const [{ block }] = [...log.segments(0, log.end)][0].sources
  assert.deepEqual([block.columns['card'].nulls, block.columns['at'].nulls], [undefined, undefined])
  assert.deepEqual([block.columns['amount'].nulls, block.columns['label'].nulls], [Uint8Array.of(1, 1), Uint8Array.of(1, 1)])

  const columnsOf = (columnFilter?: (source: string, column: string) => boolean) =>
    Object.keys(log.decode(store.segmentAt(0)!, columnFilter && { columnFilter }).sources[0].block.columns)
  assert.deepEqual(columnsOf(), ['card', 'at', 'amount', 'label'])
  assert.deepEqual(
    columnsOf((_, column) => column === 'label'),
    ['label'],
  )
})

test('events from before a column with a default was added have the default there', async () => {
  const now = source('payments', {
    schema: { card, at: t.timestamp(), amount: t.decimal(2).default(1.5), channel: t.enum(['web', 'shop']).default('web') },
    key: 'card',
    time: 'at',
  }).ir
  const store = await written()
  const strings = new Strings()
  const log = new Log(store, { sources: [now], stringsOf: () => strings })
  const [{ block }] = [...log.segments(0, log.end)][0].sources
  assert.deepEqual(block.columns['amount'], { values: Float64Array.of(150, 150) })
  assert.deepEqual(
    Array.from(block.columns['channel'].values, id => strings.textOf(id)),
    ['web', 'web'],
  )
})

test('a renamed column has its current name and its text in the right table, and is filtered by the current name', async () => {
  const now = source('payments', {
    schema: { cardId: card, at: t.timestamp() },
    key: 'cardId',
    time: 'at',
    renamed: { card: 'cardId' },
  }).ir
  const store = await written()
  const tables = new Map(['card', 'cardId'].map(name => [name, new Strings()]))
  const stringsOf = (_: string, column: string) => tables.get(column)!
  const log = new Log(store, { sources: [now], stringsOf })
  const read = (columnFilter?: (source: string, column: string) => boolean) =>
    [...log.segments(0, log.end, columnFilter && { columnFilter })][0].sources[0].block.columns
  assert.deepEqual(Object.keys(read()), ['cardId', 'at'])
  assert.deepEqual(
    Array.from(read()['cardId'].values, id => tables.get('cardId')!.textOf(id)),
    ['a', 'b'],
  )
  assert.deepEqual(Object.keys(read((_, column) => column === 'cardId')), ['cardId'])
  assert.deepEqual(Object.keys(read((_, column) => column === 'card')), [])

  const lookup = new EventLookup(store, log.schemas)
  const event = lookup.eventAt(1)!
  assert.equal(event.strings.textOf(event.block.columns['cardId'].values[1]), 'b')
})

test('an added column must be nullable, and the message names it', async () => {
  const store = await written()
  assert.throws(() => new SourceSchemas(store, [sourceOf({ amount: t.int() })]), {
    code: 'SPILL_SCHEMA',
    message: /column 'amount' is not in the events of the log \(columns version 1\); make it nullable/,
  })
})

test('a store keeps each form of the columns once', async () => {
  const store = await written()
  assert.deepEqual(new SourceSchemas(store, [before]).added, [])
  const { added } = new SourceSchemas(store, [sourceOf({ amount: t.int().nullable() as never })])
  assert.deepEqual(
    added.map(({ source: name, version }) => [name, version]),
    [['payments', 2]],
  )
})

test('an int column may become a double, and nothing else changes its type', async () => {
  const { columns, ...rest } = sourceOf({ amount: t.int().nullable() as never })
  const stored = { schemas: () => [{ source: 'payments', version: 1, columns }] }
  const changed = (type: object) => ({
    ...rest,
    columns: columns.map(column => (column.name === 'amount' ? { ...column, ...type } : column)),
  })
  assert.equal(new SourceSchemas(stored, [changed({ type: 'double' })]).added[0].version, 2)
  assert.throws(() => new SourceSchemas(stored, [changed({ type: 'decimal', scale: 2 })]), {
    code: 'SPILL_SCHEMA',
    message: /column 'amount' is int nullable, not decimal\(2\) nullable, in the events of the log \(columns version 1\)/,
  })
})

test('a type change under a rename is rejected', async () => {
  const store = await written()
  const renamed = { renamed: { card: 'cardNumber' } } as const
  const now = source('payments', { schema: { cardNumber: t.int(), at: t.timestamp() }, key: 'cardNumber', time: 'at', ...renamed }).ir
  assert.throws(() => new SourceSchemas(store, [now]), {
    code: 'SPILL_SCHEMA',
    message: /column 'cardNumber' is string, not int, in the events of the log/,
  })
})

test('a rename to a column that an earlier version has is rejected: both columns have values', async () => {
  const { columns, ...rest } = sourceOf({ amount: t.int(), value: t.int() })
  const stored = { schemas: () => [{ source: 'payments', version: 1, columns }] }
  const value = { ...columns[3], aliases: ['amount'] }
  assert.throws(() => new SourceSchemas(stored, [{ ...rest, columns: [columns[0], columns[1], value] }]), {
    code: 'SPILL_SCHEMA',
    message: /column 'value' is read from 'value' or 'amount', which are different columns/,
  })
})

test('a definition that narrows a range is rejected, unless it starts once without a level', async () => {
  const { columns, ...rest } = sourceOf({ amount: t.int({ max: 500 }) })
  const stored = [{ source: 'payments', version: 1, columns }]
  const narrowed = { ...rest, columns: columns.map(column => (column.name === 'amount' ? { ...column, max: 100 } : column)) }
  assert.throws(() => new SourceSchemas({ schemas: () => stored }, [narrowed]), {
    code: 'SPILL_SCHEMA',
    message:
      /the schema is not BACKWARD_TRANSITIVE compatible: the new schema cannot read version 1: \/amount: column 'amount' allows less than before: max is 100, and was 500/,
  })
  const { added } = new SourceSchemas({ schemas: () => stored }, [{ ...narrowed, compatibility: 'NONE' }])
  assert.equal(added[0].version, 2)
  // The next change answers for itself alone.
  const wider = { ...narrowed, columns: [...narrowed.columns, { name: 'note', type: 'string' as const, nullable: true }] }
  assert.equal(new SourceSchemas({ schemas: () => [...stored, ...added] }, [wider]).added[0].version, 3)
})

test('FORWARD rejects a rename, which the earlier definition cannot read', async () => {
  const store = await written()
  const now = { schema: { cardId: card, at: t.timestamp() }, key: 'cardId', time: 'at', renamed: { card: 'cardId' } } as const
  assert.equal(new SourceSchemas(store, [source('payments', now).ir]).added[0].version, 2)
  assert.throws(() => new SourceSchemas(store, [source('payments', { ...now, compatibility: 'FORWARD' }).ir]), {
    code: 'SPILL_SCHEMA',
    message: /not FORWARD compatible: version 1 cannot read the new schema: \/card: column 'card' is missing/,
  })
})

const value = (more: object = {}) => ({ name: 'value', type: 'int' as const, nullable: true, ...more })
const readWith = (...history: readonly object[][]) => {
  const { columns, ...rest } = sourceOf({})
  const [now, ...earlier] = history.map(own => [...columns, ...own] as typeof columns).toReversed()
  const stored = earlier.toReversed().map((schema, i) => ({ source: 'payments', version: i + 1, columns: schema }))
  return new SourceSchemas({ schemas: () => stored }, [{ ...rest, columns: now, compatibility: 'NONE' }]).added.length
}
const rejects = (history: readonly object[][], message: RegExp) =>
  assert.throws(() => readWith(...history), { code: 'SPILL_SCHEMA', message })

test('an earlier name of the log stays, and leads to the same column, at every level', () => {
  const [amount, price] = [value({ name: 'amount' }), value({ name: 'price', aliases: ['amount'] })]
  const dropped =
    /column 'value' is no longer read from 'amount', its earlier name, in the events of the log \(columns version 1\); keep the earlier name: renamed: \{ amount: 'value' \}$/
  rejects([[amount], [value({ aliases: ['amount'] })], [value()]], dropped)
  rejects([[amount], [price], [value({ aliases: ['price'] })]], dropped)
  rejects([[amount], [value({ aliases: ['amount'] })], [value(), amount]], dropped)
  const both = ['amount', 'price']
  assert.equal(readWith([amount], [price], [value({ aliases: both })]), 1)
  rejects([[amount], [price], [value({ aliases: both })], [value({ name: 'total', aliases: ['value'] })]], /'total' is no longer read from/)
  // The column is gone, and so may its earlier name be.
  assert.equal(readWith([amount], [price], []), 1)
  for (const reused of [amount, value({ aliases: ['amount'] })])
    rejects(
      [[amount], [price], [reused]],
      /would be read from 'amount', an earlier name of the different column 'price', in .*renamed: \{ price: /,
    )
  // Back to its first name.
  const back = value({ name: 'amount', aliases: ['price'] })
  assert.equal(readWith([amount], [price], [back]), 1)
  rejects([[amount], [price], [back], [amount]], /'amount' is no longer read from 'price'/)
  // A name that no event has may go.
  assert.equal(readWith([value({ aliases: ['amount'] })], [value()]), 1)
  assert.equal(readWith([value({ aliases: ['amount'] })], [value(), amount], [value(), amount, value({ name: 'more' })]), 1)
})

test('a default stays for events that lack the column, at every level', () => {
  const filled = (number: number) => value({ nullable: false, default: number })
  rejects(
    [[], [filled(1)], [filled(2)]],
    /column 'value' would be 2 and no longer 1, in the events of the log \(columns version 1\); leave the default as it was, and add a new column/,
  )
  rejects([[], [filled(1)], [value()]], /column 'value' would be NULL and no longer 1/)
  rejects([[], [filled(1)], [], [filled(2)]], /would be 2 and no longer 1/)
  rejects([[], [filled(1)], [{ ...filled(2), name: 'total', aliases: ['value'] }]], /column 'total' would be 2 and no longer 1/)
  assert.equal(readWith([], [filled(1)], [{ ...filled(1), type: 'double' }]), 1)
  // Every event has the column.
  assert.equal(readWith([filled(1)], [filled(2)]), 1)
  assert.equal(readWith([filled(1)], [value()]), 1)
})
