import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, every, features, linear, model, pipeline, source, stream, t } from '../index.ts'
import { Strings } from '../columns/strings.ts'
import { keyOrder, livenessColumns, type EveryTrigger } from './tick-keys.ts'

const airport = entity('airport', t.string())
const schema = { flight: t.string(), from: airport, to: airport.nullable(), at: t.timestamp() }
const flights = source('flights', { schema, key: 'flight', time: 'at' })
const busy = (name: string, of: 'from' | 'to') =>
  features(name, { from: flights, entity: airport, key: f => f[of] as typeof f.from, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: {} })
const [origin, again, target] = [busy('origin', 'from'), busy('again', 'from'), busy('target', 'to')]
const route = features('route', {
  from: flights,
  entity: [airport, airport],
  key: f => [f.from, f.to],
  place: stream,
  values: () => ({ n: count('1h') }),
})

const columnsOf = (tick: ReturnType<typeof model>) => livenessColumns(pipeline('p', [tick]).ir, tick.ir, tick.ir.decide as EveryTrigger)

test('a source has one liveness column for each column of the entity that the model reads', () => {
  const late = model('late', {
    decide: every('5m', airport),
    inputs: ({ airport }) => ({
      origin: origin.of(airport),
      again: again.of(airport),
      target: target.of(airport),
      route: route.of(airport, airport),
    }),
    score,
  })
  assert.deepEqual(columnsOf(late), [
    { source: 'flights', key: 'from' },
    { source: 'flights', key: 'to' },
  ])
})

test('texts are in the order of their bytes, numbers by size', () => {
  const strings = new Strings()
  const [emoji, tilde] = ['\u{1f600}', '～'].map(text => strings.idOf(text))
  const decide = (type: 'string' | 'int'): EveryTrigger => ({
    kind: 'every',
    every: 1,
    live: 1,
    column: { name: 'a', type, nullable: false, entity: 'a' },
  })
  assert.ok(keyOrder(decide('string'), strings)(tilde, emoji) < 0)
  assert.ok(keyOrder(decide('int'), strings)(2, 10) < 0)
})
