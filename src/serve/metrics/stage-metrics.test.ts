/** Metrics of stage times, from messages on the diagnostics channels. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { channels, type EffectMessage } from '../../base/node/channels.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { ServedRun } from '../http/served-run.ts'
import { registerStageMetrics } from './stage-metrics.ts'

const run = {} as ServedRun
let app: FastifyInstance
let registry: Registry
beforeEach(() => {
  app = fastify()
  registry = new Registry()
  registerStageMetrics(registry, app, { run, ir: { actions: [] } as unknown as PipelineIR })
})
afterEach(() => app.close())

const lines = async () => (await registry.metrics()).split('\n').filter(line => !line.startsWith('#') && line !== '')
const stages = { waited: 1, intake: 2, queued: 0, features: 3, inference: 4, durable: 5 }
const stretch = { run, pipeline: 'p', model: 'm', first: 0, last: 9, count: 10, at: 0, stages }
const named = { run, pipeline: 'p', action: 'tell', model: 'm', id: 'i', number: 1, entry: 0, key: '1' }
const times = { decidedAt: 0, at: 100, queueMs: 1, deliveryMs: 20, acknowledgementMs: 3 }
const effect: EffectMessage = { ...named, ...times, outcome: 'delivered', attempt: 2 }

test('decisions are counted one by one, in each stage and in total', async () => {
  channels.decision.publish(stretch)
  const all = await lines()
  for (const line of [
    'spillway_stage_seconds_bucket{model="m",stage="features",le="0.0025"} 0',
    'spillway_stage_seconds_bucket{model="m",stage="features",le="0.005"} 10',
    'spillway_stage_seconds_count{model="m",stage="durable"} 10',
    'spillway_stage_seconds_sum{model="m",stage="durable"} 0.05',
    'spillway_decision_seconds_sum{model="m"} 0.15',
    'spillway_decision_seconds_count{model="m"} 10',
  ])
    assert.ok(all.includes(line), `${line} in\n${all.join('\n')}`)
})

test('the unknown total of decisions that were recovered at a start is left out', async () => {
  channels.decision.publish({ ...stretch, stages: { features: 1, inference: 1, durable: 1 } })
  assert.deepEqual(
    (await lines()).filter(line => /_count/.test(line)),
    ['features', 'inference', 'durable'].map(stage => `spillway_stage_seconds_count{model="m",stage="${stage}"} 10`),
  )
})

test('effects: outcomes of attempts, stage times of delivered ones, and deadlines', async () => {
  channels.effect.publish({ ...effect, outcome: 'tried', why: 'x', attempt: 1, due: 100 })
  channels.effect.publish({ ...effect, due: 100 })
  channels.effect.publish({ ...effect, due: 99 })
  channels.effect.publish(effect)
  channels.effect.publish({ ...effect, outcome: 'dead', why: 'x', due: 1000 })
  const all = (await lines()).filter(line => !/_bucket/.test(line))
  assert.deepEqual(all, [
    'spillway_effect_stage_seconds_sum{action="tell",stage="queue"} 0.003',
    'spillway_effect_stage_seconds_count{action="tell",stage="queue"} 3',
    'spillway_effect_stage_seconds_sum{action="tell",stage="delivery"} 0.06',
    'spillway_effect_stage_seconds_count{action="tell",stage="delivery"} 3',
    'spillway_effect_stage_seconds_sum{action="tell",stage="acknowledgement"} 0.009000000000000001',
    'spillway_effect_stage_seconds_count{action="tell",stage="acknowledgement"} 3',
    'spillway_effect_tries_total{action="tell",outcome="tried"} 1',
    'spillway_effect_tries_total{action="tell",outcome="delivered"} 3',
    'spillway_effect_tries_total{action="tell",outcome="dead"} 1',
    'spillway_effect_deadlines_total{action="tell",met="true"} 1',
    'spillway_effect_deadlines_total{action="tell",met="false"} 2',
  ])
})

test('a second run of the process is not counted, and no message after the server closed', async () => {
  channels.decision.publish({ ...stretch, run: {} })
  channels.effect.publish({ ...effect, run: {} })
  assert.deepEqual(await lines(), [])
  await app.close()
  channels.decision.publish(stretch)
  channels.effect.publish(effect)
  assert.deepEqual(await lines(), [])
})
