import assert from 'node:assert/strict'
import test from 'node:test'
import { testing } from 'spillway/testing'
import pipeline, { cardNow, declineFrom, fraud, payments, terminalNow } from './fraud.ts'

const start = Date.UTC(2018, 3, 1, 12)

let id = 0
const paying = (seconds: number, amount: number, { card = 'c1', terminal = 't1' } = {}) => ({
  id: String(id++),
  card,
  terminal,
  amount,
  at: new Date(start + seconds * 1000).toISOString(),
})

test('a payment is decided from what stood before it, and its own amount', async () => {
  const run = await testing(pipeline, { at: start })
  await run.send(payments, [
    paying(0, 40),
    paying(3590, 2, { card: 'c2' }),
    paying(3595, 20, { terminal: 't2' }),
    paying(3600, 3.5),
    paying(3605, 90),
  ])
  const decisions = run.decisions(fraud)
  assert.equal(decisions.length, 5)
  const [first] = decisions
  const last = decisions.at(-1)!
  assert.deepEqual(first.vector, {
    amount: 40,
    card: { n1m: 0, n10m: 0, n60m: 0, sum1m: null, sum10m: null, sum60m: null, small10m: 0 },
    usual: { mean30d: null, n30d: 0 },
    terminal: { n10m: 0, n1h: 0, small10m: 0 },
    ratio: null,
  })
  assert.ok(first.score! > 0 && first.score! < declineFrom)
  assert.equal(last.vector.amount, 90)
  // The window of an hour moves by a minute: the event at 40 s is an hour and five seconds old, and within it.
  assert.deepEqual(last.vector.card, { n1m: 2, n10m: 2, n60m: 3, sum1m: 23.5, sum10m: 23.5, sum60m: 63.5, small10m: 1 })
  assert.deepEqual(last.vector.usual, { mean30d: 6350 / 3 / 100, n30d: 3 })
  assert.deepEqual(last.vector.terminal, { n10m: 2, n1h: 3, small10m: 2 })
  assert.equal(last.vector.ratio, 90 / (6350 / 3 / 100))
})

test('a payment that is sent twice is one', async () => {
  const run = await testing(pipeline, { at: start })
  const one = paying(0, 3)
  await run.send(payments, [one, one, paying(10, 4)])
  assert.equal(run.decisions(fraud).length, 2)
  assert.equal(run.features(cardNow, 'c1').n10m, 2)
  assert.equal(run.features(terminalNow, 't1').small10m, 2)
})

test('ordinary payments pass, and a card that is tried out is declined before it pays', async () => {
  const run = await testing(pipeline, { at: start })
  const days = Array.from({ length: 20 }, (_, day) => paying(day * 86_400, 40 + day, { terminal: `t${day}` }))
  const tests = Array.from({ length: 6 }, (_, i) => paying(20 * 86_400 + 20 * i, 1 + i / 2))
  await run.send(payments, [...days, ...tests, paying(20 * 86_400 + 240, 150, { terminal: 't9' })])
  const declined = run.decisions(fraud).map(({ score }) => score! >= declineFrom)
  assert.deepEqual(
    declined.slice(0, 20),
    Array.from({ length: 20 }, () => false),
  )
  assert.ok(declined.indexOf(true) > 20 && declined.indexOf(true) < 25, `declined at ${declined.indexOf(true)}`)
  assert.equal(declined.at(-1), true)
})

test('the model has a weight for each input', () => {
  const [{ inputs, score }] = pipeline.ir.models
  assert.ok(score.kind === 'logistic')
  assert.deepEqual(score.terms.map(term => term.input).sort(), inputs.map(input => input.name).sort())
})
