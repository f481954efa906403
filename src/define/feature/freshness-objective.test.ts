import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { count, entity, features, source, stream, t } from '../../index.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const badly = (options: object) => () =>
  features('g', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }), ...options })

test('a freshness objective is a duration and a share of decisions, 0.99 unless stated', () => {
  const stated = (freshness: object) => badly({ freshness })().ir.freshness
  assert.deepEqual(stated({ objective: '15m', target: 0.999 }), { objective: 900_000, target: 0.999 })
  assert.deepEqual(stated({ objective: '2d' }), { objective: 172_800_000, target: 0.99 })
  assert.equal('freshness' in badly({})().ir, false)
  for (const target of [0, 1, -0.5, 99, NaN, '0.9', null])
    rejects(
      badly({ freshness: { objective: '1m', target } }),
      /features 'g': freshness: target is a share of decisions, above 0 and below 1/,
    )
  rejects(badly({ freshness: { objective: '15min' } }), /features 'g': freshness: objective: '15min' is no duration/)
  rejects(badly({ freshness: { target: 0.9 } }), /features 'g': freshness: objective: undefined is no duration/)
  rejects(badly({ freshness: { objective: '1m', share: 0.9 } }), /features 'g': freshness has no option 'share'/)
  rejects(badly({ freshness: '15m' }), /features 'g': freshness needs an object of options, got '15m'/)
})
