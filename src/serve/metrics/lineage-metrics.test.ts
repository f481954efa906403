/** Metrics of OpenLineage events, scraped from a server whose receiver is away and comes back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handTimers } from '../../../test/action/receiver.ts'
import { open, shop } from '../../../test/serve/shop.ts'
import { yieldToEventLoop } from '../../base/clock.ts'
import { LineageEmitter } from '../../openlineage/lineage-emitter.ts'

test('sent, rejected, dropped and waiting events are scraped, and whether the receiver fails', async t => {
  const folder = await open()
  t.after(() => folder.close())
  const timers = handTimers()
  let answer: 'away' | 'taken' | 'rejected' = 'away'
  const send = async () => {
    if (answer === 'away') throw new Error('connection refused')
    return answer === 'rejected' ? 'status 422' : undefined
  }
  const lineage = new LineageEmitter({
    ir: shop.ir,
    data: folder.data,
    target: { namespace: 'test', receiver: { name: 'catalog', send } },
    onReport: () => {},
    after: timers.after,
    eventsMax: 3,
  })
  const served = await open({ lineage })
  t.after(() => served.close())
  const scraped = async () => {
    for (let i = 0; i < 10; i++) await yieldToEventLoop()
    const { body } = await served.app.inject('/metrics')
    return body.split('\n').filter(line => line.startsWith('spillway_openlineage'))
  }
  // START of the pipeline and of its six stages: one was on its way, three have room.
  lineage.start({ counts: folder.run.counts, ended: new Promise(() => {}) })
  assert.deepEqual(await scraped(), [
    'spillway_openlineage_events_total{outcome="sent"} 0',
    'spillway_openlineage_events_total{outcome="rejected"} 0',
    'spillway_openlineage_events_total{outcome="dropped"} 3',
    'spillway_openlineage_events_waiting 4',
    'spillway_openlineage_failing 1',
  ])
  answer = 'rejected'
  timers.fire()
  const after = await scraped()
  assert.deepEqual(after.slice(1), [
    'spillway_openlineage_events_total{outcome="rejected"} 4',
    'spillway_openlineage_events_total{outcome="dropped"} 3',
    'spillway_openlineage_events_waiting 0',
    'spillway_openlineage_failing 0',
  ])
  answer = 'taken'
  await lineage.stop()
})

test('a run that emits no events has no such metrics', async t => {
  const served = await open()
  t.after(() => served.close())
  assert.doesNotMatch((await served.app.inject('/metrics')).body, /openlineage/)
})
