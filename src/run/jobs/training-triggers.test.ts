/** Models that tick or decide on request are trained on their decisions. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionsOf, open } from '../../../test/training/training-run.ts'
import { startTime, HOUR } from '../../../test/training/fraud-pipeline.ts'
import { random } from '../../base/random.ts'
import { begins, count, entity, every, features, model, pipeline, request, source, stream, t, type Train } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'

const room = entity('room', t.string())
const readings = source('readings', {
  schema: { room, warmth: t.double(), at: t.timestamp() },
  key: 'room',
  time: 'at',
})
const now = features('now', { from: readings, entity: room, place: stream, values: r => ({ warmth: r.warmth.last('1d'), n: count('1d') }) })
const label = begins(readings, r => r.warmth.gt(80), { within: '2h', lasting: '0s', maxGap: '2h' })
const train: Train = { algorithm: 'logistic' }
const tick = model('tick', { decide: every('1h', room), inputs: r => ({ now: now.of(r.room) }), label, train })
const ask = model('ask', {
  decide: request({ room, hint: t.double() }),
  inputs: r => ({ now: now.of(r.room), hint: r.hint }),
  label,
  train,
})

/** Warm rooms get hot. The requester has a weak hint of the future. */
test('models that tick or decide on request are trained, and score by the promoted version', async () => {
  const driven = open({ pipeline: pipeline('rooms', [tick, ask]) })
  const { run, to, store } = driven
  const next = random(4)
  const warmth = new Map(['a', 'b', 'c'].map(each => [each, 40]))
  for (let hour = 0; hour < 200; hour++) {
    await to(hour * HOUR)
    for (const [each, was] of warmth) {
      const is = Math.max(0, was + next() * 40 - 19.5 - Math.max(0, was - 75))
      warmth.set(each, is)
      await run.submit('readings', recordBatchOf([{ room: each, warmth: is, at: startTime + hour * HOUR }]))
      await run.request('ask', { room: each, hint: is + next() * 10 })
    }
  }
  await to(200 * HOUR)
  const decisions = decisionsOf({ store })
  for (const name of ['tick', 'ask']) {
    const trained = run.train(name)
    await to(200 * HOUR + (name === 'tick' ? 1 : 2))
    const { set, split, metrics } = (await trained).trained!
    const decided = decisions.filter(one => one.model === name).length
    // A replay ticks from the first event on, and up to the time of the labels; the run existed before.
    assert.equal(set.rows + set.unsettled, decided + (name === 'tick' ? 2 * 3 : 0))
    assert.ok(set.rows > 300)
    assert.ok(set.positive > 20 && metrics.auc! > 0.7, `${name}: ${set.positive}, ${metrics.auc}`)
    assert.ok(split.gapMs === 2 * HOUR && split.trainedTo === split.holdoutFrom - 2 * HOUR)
    await run.promote(name, 1, 'by hand')
  }
  const { score, version } = await run.request('ask', { room: 'a', hint: 79 })
  assert.ok(version === 1 && score! > 0 && score! < 1)
  await to(201 * HOUR + 1)
  assert.ok(decisionsOf({ store }).some(one => one.model === 'tick' && one.version === 1 && one.t === startTime + 201 * HOUR))
  await run.stop()
})
