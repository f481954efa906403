import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entity, features, count, pipeline, request, source, t } from '../../index.ts'

const card = entity('card', t.string())
const options = { key: 'card', time: 'at' } as const
const schema = { card, at: t.timestamp(), value: t.decimal(2) }
const rejects = (define: () => unknown, message: RegExp) => assert.throws(define, { code: 'SPILL_DEFINITION', message })
const renamed = (names: unknown) => source('payments', { schema, ...options, renamed: names as Record<string, string> }).ir

test('earlier names belong to the column to which their chain leads', () => {
  assert.deepEqual(renamed({ amount: 'price', price: 'value', was: 'value' }).columns[2].aliases, ['amount', 'price', 'was'])
  assert.equal(renamed({ amount: 'value' }).columns[0].aliases, undefined)
})

test('a rename must lead to a column, and its earlier name must be none', () => {
  rejects(() => renamed({ amount: 'valu' }), /renamed: 'amount' leads to 'valu', which is no column; did you mean 'value'\?/)
  rejects(
    () => renamed({ at: 'value' }),
    /'at' is 'value' now, but 'at' is still a column of the schema; give the new column a different name/,
  )
  rejects(() => renamed({ amount: 'price', price: 'amount' }), /renamed goes in a circle: amount → price → amount/)
  rejects(() => renamed({ amount: 'amount' }), /renamed goes in a circle: amount → amount/)
  rejects(() => renamed({ amount: 3 }), /renamed: 'amount' is 3; write the name of a column/)
  rejects(() => renamed({ 'am ount': 'value' }), /'am ount' is no name/)
  rejects(() => renamed(['amount']), /renamed is .* write earlier names/)
})

test('a default becomes the physical value of its column', () => {
  const defaults = {
    amount: t.decimal(2).default(1.5),
    channel: t.enum(['web', 'shop']).default('shop'),
    count: t.int({ min: 0 }).default(0),
    declined: t.bool().default(false),
    heat: t.double().default(-0),
    since: t.timestamp().default(0),
    took: t.duration().default(60_000),
    payer: card.default('none' as never),
  }
  const { columns } = source('payments', { schema: { card, at: t.timestamp(), ...defaults }, ...options }).ir
  assert.deepEqual(
    columns.slice(2).map(column => column.default),
    [150, 'shop', 0, false, 0, 0, 60_000, 'none'],
  )
})

test('a default that the column does not accept is rejected', () => {
  rejects(() => t.enum(['web', 'shop']).default('wep' as never), /'wep' is not among the values of this column; did you mean 'web'\?/)
  rejects(() => t.decimal(2).default(1.005), /1.005 is not exact as decimal\(2\)/)
  rejects(() => t.int({ min: 0 }).default(-1), /-1 is outside of the bounds of the column/)
  rejects(() => t.bool().default('no' as never), /needs true or false/)
})

test('key, time, id, identity and arrival have no default', () => {
  const own = { card: card.default('c' as never), at: t.timestamp(), id: t.string().default('i') }
  rejects(() => source('payments', { schema: own, ...options }), /the key 'card' has a default, which events without one would share/)
  rejects(() => source('payments', { schema: { ...own, card }, ...options, id: 'id' }), /the id 'id' has a default/)
  rejects(
    () => source('payments', { schema: { ...own, card }, ...options, identity: ['id'], revisable: '1d' }),
    /the identity 'id' has a default/,
  )
  rejects(
    () => source('payments', { schema: { card, at: t.timestamp(), came: t.timestamp().default(0) }, ...options, arrives: 'came' }),
    /the arrival 'came' has a default/,
  )
  rejects(() => entity('shop', t.string().default('x')), /entity 'shop' has a default/)
  rejects(() => request({ card, channel: t.string().default('web') }), /field 'channel' has a default/)
})

test('a level is one of seven, and changes no fingerprint', () => {
  const pipelineOf = (compatibility?: 'FULL') => {
    const payments = source('payments', { schema, ...options, ...(compatibility && { compatibility }) })
    return pipeline('p', [features('recent', { from: payments, entity: card, values: () => ({ n: count('1h') }) })])
  }
  assert.equal(pipelineOf('FULL').ir.sources[0].compatibility, 'FULL')
  assert.equal(pipelineOf('FULL').fingerprint, pipelineOf().fingerprint)
  rejects(
    () => source('payments', { schema, ...options, compatibility: 'BACKWARDS' as never }),
    /compatibility 'BACKWARDS' is no level; did you mean 'BACKWARD'\?.*there is BACKWARD_TRANSITIVE, BACKWARD, FORWARD/,
  )
})
