/** The sample project of `spillway init`. */
import { configText, type GeneratedProject } from './inferred-project.ts'

const pipeline = `// Decides at each payment whether it looks like somebody testing a stolen card.
import { count, entity, features, model, on, pipeline, rules, source, stream, t } from 'spillway'

const card = entity('card', t.string())

export const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2, { min: 0 }), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})

export const cardNow = features('card_now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({
    small10m: count('10m', p.amount.lt(5)),
    usual: p.amount.mean('30d', { before: true }),
  }),
})

export const testing = model('card_testing', {
  decide: on(payments),
  inputs: p => {
    const now = cardNow.of(p.card)
    return { amount: p.amount, small10m: now.small10m, ratio: p.amount.dividedBy(now.usual) }
  },
  score: v => rules([{ when: v.small10m.gte(3), score: 0.9 }, { when: v.ratio.gt(10), score: 0.7 }], 0.1),
})

export default pipeline('sample', [testing])
`

const test = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testing } from 'spillway/testing'
import pipeline, { cardNow, payments, testing as cardTesting } from './pipeline.ts'

test('three small payments within ten minutes look like card testing', async () => {
  const run = await testing(pipeline, { at: '2026-01-01T12:00Z' })
  await run.send(payments, [
    { id: '1', card: 'c1', amount: 1.2, at: '2026-01-01T12:00Z' },
    { id: '2', card: 'c1', amount: 0.8, at: '2026-01-01T12:01Z' },
    { id: '3', card: 'c1', amount: 2.5, at: '2026-01-01T12:02Z' },
  ])
  assert.equal(run.features(cardNow, 'c1').small10m, 3)
  assert.deepEqual(run.decisions(cardTesting).map(decision => decision.score), [0.1, 0.1, 0.9])
  await run.advance('1h')
  assert.equal(run.features(cardNow, 'c1').small10m, 0)
})
`

/** A day of payments by three cards; on one of them somebody tries small amounts before a large one. */
function events(): string {
  const day = Date.UTC(2026, 0, 1)
  const rows: [card: string, minute: number, amount: string][] = [
    ['c1', 480, '23.50'],
    ['c2', 495, '61.00'],
    ['c1', 545, '18.20'],
    ['c3', 600, '7.90'],
    ['c3', 660, '12.40'],
    ['c1', 725, '31.00'],
    ['c3', 780, '1.00'],
    ['c3', 781, '0.50'],
    ['c3', 783, '1.20'],
    ['c3', 785, '0.99'],
    ['c2', 800, '58.10'],
    ['c3', 790, '480.00'],
  ]
  return rows
    .map(([card, minute, amount], i) =>
      JSON.stringify({ id: String(i + 1), card, amount, at: new Date(day + minute * 60_000).toISOString() }),
    )
    .join('\n')
    .concat('\n')
}

/** A complete project with a pipeline, a test and events. */
export const sampleProject = (): GeneratedProject => ({
  files: {
    'pipeline.ts': pipeline,
    'pipeline.test.ts': test,
    'spillway.config.ts': configText(['payments'], 'events.ndjson'),
    'events.ndjson': events(),
  },
  source: 'payments',
})
