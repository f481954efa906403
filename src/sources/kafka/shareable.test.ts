import assert from 'node:assert/strict'
import { test } from 'node:test'
import { action, count, entity, features, linear, logistic, model, on, pipeline, source, t } from '../../index.ts'
import { openReaders } from '../open-readers.ts'
import { reasonNotToShare } from './shareable.ts'

const card = entity('card', t.string())
const columns = { card, amount: t.double(), at: t.timestamp() }
const payments = source('payments', { schema: columns, key: 'card', time: 'at' })
const logins = source('logins', { schema: columns, key: 'card', time: 'at' })
const score = linear({ intercept: 0, weights: { amount: 1 } })
const fraud = model('fraud', { decide: on(payments), inputs: row => ({ amount: row.amount }), score })

const reasonOf = (parts: Parameters<typeof pipeline>[1], name = 'payments') => {
  const { ir } = pipeline('shop', parts)
  return reasonNotToShare(
    ir,
    ir.sources.find(each => each.name === name)!,
  )
}

test('runs may share a source whose decisions read its own columns, and features of sources that each run reads whole', () => {
  assert.equal(reasonOf([fraud]), undefined)
  const logged = features('logged', { from: logins, entity: card, values: () => ({ n: count('1h') }) })
  const richer = model('richer', {
    decide: on(payments),
    inputs: row => ({ n: logged.of(row.card).n }),
    score: logistic({ intercept: 0, weights: { n: 1 } }),
  })
  assert.equal(reasonOf([richer]), undefined)
})

test('a definition that needs earlier events of a shared source, or that each run would carry out, is named', () => {
  const withId = source('payments', { schema: { ...columns, no: t.string() }, key: 'card', time: 'at', id: 'no' })
  const onId = model('fraud', { decide: on(withId), inputs: row => ({ amount: row.amount }), score })
  assert.match(reasonOf([onId])!, /^it has an id, whose duplicates would be accepted: a partition may move/)
  const paid = features('paid', { from: payments, entity: card, values: () => ({ n: count('1h') }) })
  const onPaid = model('fraud', {
    decide: on(payments),
    inputs: row => ({ n: paid.of(row.card).n }),
    score: logistic({ intercept: 0, weights: { n: 1 } }),
  })
  assert.match(reasonOf([onPaid])!, /^feature group 'paid' reads it: a partition may move to a run that does not have its earlier events$/)
  const onLogins = model('takeover', { decide: on(logins), inputs: row => ({ amount: row.amount }), score })
  assert.match(
    reasonOf([fraud, onLogins])!,
    /^model 'takeover' decides on source 'logins', which each run reads whole: each of the runs would/,
  )
  const cooling = action('block', { when: fraud.score.gte(1), cooldown: '1h', do: () => {} })
  assert.match(reasonOf([cooling])!, /^action 'block' has a cooldown/)
})

test('the reader of a shared topic is opened for a pipeline that allows it, and rejected with the reason for another', () => {
  const open = (parts: Parameters<typeof pipeline>[1]) =>
    openReaders(pipeline('shop', parts), [{ source: 'payments', input: 'kafka:payments?group=g&membership=consumer' }], {
      env: { KAFKA_BROKERS: '127.0.0.1:9' },
      data: '',
    })
  assert.equal(open([fraud])[0].reader.name, 'kafka:payments')
  const paid = features('paid', { from: payments, entity: card, values: () => ({ n: count('1h') }) })
  assert.throws(() => open([fraud, paid]), {
    code: 'SPILL_INPUT',
    message:
      /^kafka:payments has a membership, so that runs share source 'payments', and feature group 'paid' reads it: .* Leave the membership out/,
  })
})
