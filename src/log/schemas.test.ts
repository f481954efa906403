import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../test/crash/model-store.ts'
import { Strings } from '../columns/strings.ts'
import { entity, source, t } from '../index.ts'
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

  const old = new Log(store, { sources: [before], stringsOf: () => new Strings() })
  const [segment] = old.segments(0, old.end)
  const columnsOf = (isWanted?: (source: string, column: string) => boolean) =>
    Object.keys(log.withCurrentColumns(segment, isWanted).sources[0].block.columns)
  assert.deepEqual(columnsOf(), ['card', 'at', 'amount', 'label'])
  assert.deepEqual(
    columnsOf((_, column) => column === 'label'),
    ['card', 'at', 'label'],
  )
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
