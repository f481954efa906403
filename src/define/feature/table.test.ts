import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { count, entity, features, lag, linear, model, on, pipeline, source, stream, t, table } from '../../index.ts'

const customer = entity('customer', t.string())
const schema = { customer, tier: t.enum(['free', 'pro']), price: t.decimal(2).nullable(), at: t.timestamp(), gone: t.bool().nullable() }
const plans = table('plans', { schema, key: 'customer', time: 'at', deleted: 'gone', owner: 'billing', description: 'who pays what' })

test('a table is a source of changes and a group with a feature per column, except for the key and deleted', () => {
  const row = (name: string, type: object) => ({
    name,
    agg: 'row',
    window: 'lifetime',
    hop: 1,
    ...type,
    input: { op: 'column', name, ...type },
  })
  assert.deepEqual(plans.ir, {
    name: 'plans',
    source: 'plans',
    entity: ['customer'],
    key: ['customer'],
    place: { kind: 'stream' },
    features: [row('tier', { type: 'string' }), row('price', { type: 'decimal', scale: 2 }), row('at', { type: 'timestamp' })],
    owner: 'billing',
    description: 'who pays what',
  })
  const { identity, revisable, deleted, key, time } = plans.source.ir
  assert.deepEqual(
    { identity, revisable, deleted, key, time },
    { identity: undefined, revisable: undefined, deleted: 'gone', key: 'customer', time: 'at' },
  )
})

test('a table can have a placement, ids and a map, and no deletes', () => {
  const { ir, source: from } = table('t', {
    schema: { ...schema, ref: t.string() },
    key: 'customer',
    time: 'at',
    id: 'ref',
    allowedLateness: '2d',
    map: () => null,
    mapVersion: '3',
    place: lag('1h'),
  })
  assert.deepEqual(
    [ir.place, from.ir.id, from.ir.allowedLateness, from.ir.mapVersion],
    [{ kind: 'lag', by: 3_600_000 }, 'ref', 172_800_000, '3'],
  )
  assert.equal('deleted' in from.ir, false)
  assert.deepEqual(
    ir.features.map(({ name }) => name),
    ['tier', 'price', 'at', 'gone', 'ref'],
  )
})

test('a model that reads a table brings its source; other groups may be over its changes', () => {
  const changes = features('changes', { from: plans.source, entity: customer, place: stream, values: () => ({ n: count('30d') }) })
  const score = linear({ intercept: 0, weights: {} })
  const moved = model('moved', {
    decide: on(plans.source),
    inputs: p => ({ changes: changes.of(p.customer), price: plans.of(p.customer).price, isPro: plans.of(p.customer).tier.eq('pro') }),
    score,
  })
  const { ir } = pipeline('p', [moved])
  assert.deepEqual([ir.sources.map(({ name }) => name), ir.groups.map(({ name }) => name)], [['plans'], ['plans', 'changes']])
  assert.deepEqual(pipeline('p', [plans]).ir.sources, ir.sources, 'a table is a part by itself')
})

const wrong = (options: object) => () => table('plans', { schema, key: 'customer', time: 'at', ...options } as never)

test('mistakes have their fix', () => {
  rejects(wrong({ key: 'tier' }), "table 'plans': key 'tier' is no entity; declare it as entity('tier', t.string())")
  rejects(wrong({ key: 'customr' }), /^table 'plans': key 'customr' is no column of the schema; did you mean 'customer'\?/)
  rejects(
    wrong({ schema: { ...schema, customer: customer.nullable() } }),
    /^table 'plans': key 'customer' is nullable; every event needs one/,
  )
  rejects(wrong({ time: 'tier' }), /^table 'plans': time 'tier' is a string, not a timestamp; declare it as t\.timestamp\(\)/)
  rejects(wrong({ deleted: 'tier' }), /^table 'plans': deleted 'tier' is a string, not a bool; declare it as t\.bool\(\)/)
  rejects(wrong({ deleted: 'gonne' }), /^table 'plans': deleted 'gonne' is no column of the schema; did you mean 'gone'\?/)
  for (const option of ['identity', 'revisable'])
    rejects(
      wrong({ [option]: ['tier'] }),
      `table 'plans' has no ${option}: a later row of a key takes the place of the earlier one by itself; leave it out`,
    )
  rejects(wrong({ entity: customer }), "table 'plans' has no option 'entity': it is that of the key; leave it out")
  rejects(wrong({ values: () => ({}) }), /^table 'plans' has no option 'values'/)
  rejects(wrong({ place: 'stream' }), /^table 'plans': place is 'stream'; write stream, batch/)
  rejects(() => table('my plans', { schema, key: 'customer', time: 'at' }), /^table 'my plans' is no name/)
  rejects(() => on(plans as never), "on(…) needs a source, got the group 'plans'; of a table write on(plans.source)")
  rejects(
    () => features('f', { from: plans as never, entity: customer, place: stream, values: () => ({ n: count('1h') }) }),
    "features 'f': from is the group 'plans'; of a table write from: plans.source",
  )
  rejects(
    () => source('s', { schema: { k: t.string(), gone: t.bool(), at: t.timestamp() }, key: 'k', time: 'at', deleted: 'gone' }),
    /has deleted without identity; .* or make it a table\(…\), where a row is deleted/,
  )
})
