/**
 * Versions of models with string inputs: live, after a restart and in a replay, in which texts have other ids, scores are those of the naive
 * reference over the recorded vectors.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scoreOfVector } from '../../../test/oracle/decisions.ts'
import { DAY, HOUR, startTime } from '../../../test/training/fraud-pipeline.ts'
import { decisionsOf, open, type TrainingRun } from '../../../test/training/training-run.ts'
import { random } from '../../base/random.ts'
import { Strings } from '../../columns/strings.ts'
import { count, entity, features, labelFrom, model, on, pipeline, source, stream, t, type Train } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { decide } from '../../replay/decide.ts'
import { referenceOf, scoreOfVersion, versionOf } from '../../training/registry/registry.ts'
import { storedHistory } from '../history/stored-history.ts'
import { modelAlone, trainFromLog } from './training-job.ts'

const DAYS = 30

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, country: t.string().nullable(), kind: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1d'), before: p.kind.last('1d', { before: true }) }),
})
const pipelineOf = (train: Train) =>
  pipeline('shop', [
    model('fraud', {
      decide: on(payments),
      inputs: p => ({ country: p.country, n: now.of(p.card).n, before: now.of(p.card).before }),
      label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d' }),
      train,
    }),
  ])

/** Payments, 40 a day; those from 'xx' are mostly stolen, and those after one of kind 'gift'. */
function historyOf() {
  const next = random(4)
  const backs = [{ payment: 'none', fraud: true, at: startTime }]
  const before = new Map<string, string>()
  const paid = Array.from({ length: 40 * DAYS }, (_, i) => {
    const country = next() < 0.1 ? null : ['us', 'de', 'xx', `rare${i}`][Math.floor(4 * next() ** 1.5)]
    const kind = next() < 0.3 ? 'gift' : 'food'
    const key = `c${Math.floor(next() * 5)}`
    const at = startTime + Math.floor((i * DAY) / 40)
    const share = 0.05 + (country === 'xx' ? 0.6 : 0) + (before.get(key) === 'gift' ? 0.3 : 0)
    before.set(key, kind)
    if (next() < share) backs.push({ payment: `p${i}`, fraud: true, at: at + HOUR })
    return { id: `p${i}`, card: key, country, kind, at }
  })
  return { payments: paid, chargebacks: backs }
}

/** Payments of known and unknown texts and NULL; the names of their countries as keys make other ids. */
const paymentsAfter = (round: string, at: number) =>
  ['us', 'de', 'xx', 'never', '__proto__', null].map((country, i) => ({
    id: `${round}${i}`,
    card: `k${i % 2}${round}`,
    country,
    kind: 'gift',
    at,
  }))

async function promoted(train: Train): Promise<TrainingRun> {
  const driven = open({ pipeline: pipelineOf(train) })
  const history = historyOf()
  for (let day = 0; day < DAYS; day++) {
    const isOfDay = ({ at }: { readonly at: number }) => Math.floor((at - startTime) / DAY) === day
    await driven.to((day + 1) * DAY)
    await driven.run.submit('payments', recordBatchOf(history.payments.filter(isOfDay)))
    await driven.run.submit('chargebacks', recordBatchOf(history.chargebacks.filter(isOfDay)))
  }
  const training = driven.run.train('fraud')
  await driven.to(DAYS * DAY + 1)
  assert.equal((await training).state, 'candidate')
  await driven.run.promote('fraud', 1, 'by hand')
  return driven
}

/** Sends the payments, and checks their scores against the naive reference. */
async function decided(driven: TrainingRun, round: string) {
  const score = scoreOfVersion(driven.store, 'fraud', 1)!
  await driven.run.submit('payments', recordBatchOf(paymentsAfter(round, startTime + DAYS * DAY)))
  await driven.run.whenIdle()
  const decisions = decisionsOf(driven).filter(({ id }) => String(id).startsWith(round))
  assert.equal(decisions.length, 6)
  for (const decision of decisions) {
    assert.equal(decision.version, 1)
    assert.equal(typeof decision.score, 'number')
    assert.equal(decision.score, scoreOfVector(score, decision.vector as never), JSON.stringify(decision.vector))
  }
  return decisions.map(decision => decision.score)
}

for (const algorithm of ['logistic', 'linear', 'trees'] as const)
  test(`${algorithm}: a string input scores alike live, after a restart, in a replay and in a training again`, async () => {
    const first = await promoted({ algorithm, orWhen: 'drift', categories: 2 })
    const { trained } = versionOf(first.store, 'fraud', 1)!
    assert.ok(trained!.metrics.auc! > 0.7, `AUC ${trained!.metrics.auc}`)
    assert.deepEqual(trained!.importance!.inputs.map(({ input }) => input).toSorted(), ['before', 'country', 'n'])
    assert.deepEqual(trained!.notes, ["rare texts of input 'country' count as one category"])
    const reference = referenceOf(first.store, 'fraud', 1)!
    assert.ok(reference.inputs['before'].kind === 'texts')
    assert.deepEqual(reference.inputs['before'].values, ['food', 'gift'])

    const scores = await decided(first, 'a')
    assert.ok(new Set(scores).size > 2, scores.join())
    const { left } = first
    await first.run.stop()
    const again = open({ pipeline: pipelineOf({ algorithm, orWhen: 'drift', categories: 2 }), disk: left, at: DAYS * DAY + 2 })
    assert.deepEqual(await decided(again, 'b'), scores)

    const { ir } = pipelineOf({ algorithm, orWhen: 'drift', categories: 2 })
    const strings = new Strings()
    for (const text of ['other', 'never', 'gift', 'xx']) strings.idOf(text)
    const log = storedHistory(ir, modelAlone(ir, ir.models[0]), again.store, strings, { to: again.run.end, until: Infinity })
    const scored = { ...ir.models[0], score: scoreOfVersion(again.store, 'fraud', 1)! }
    const replayed: (number | null)[] = []
    for (const { length, score } of decide({ ir, scores: new Map() }, scored, log))
      for (let row = 0; row < length; row++) replayed.push(score.nulls?.[row] ? null : score.values[row])
    assert.deepEqual(replayed.slice(-12), [...scores, ...scores])

    const { at, cut } = versionOf(again.store, 'fraud', 1)!
    const repeated = await trainFromLog(again.store, { ir, model: 'fraud', at, cut: cut!, champion: undefined })
    assert.deepEqual(repeated.score, scored.score)
    await again.run.stop()
  })
