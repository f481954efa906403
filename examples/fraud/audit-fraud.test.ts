/**
 * The audit's replay of a small city: an answer before the payment is worth more than fresh inputs, slow inputs may be a day old, and fast
 * inputs may not be minutes old.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { elementId, PlanValuation, Experiment, utilityOf, worthOf, type Plan, type ElementSetting } from 'spillway/audit'
import { load } from 'spillway/replay'
import { scratchFolder } from '../../test/scratch.ts'
import pipeline from './fraud.ts'

const folder = scratchFolder('audit-fraud')

const files = ['payments', 'chargebacks'].map(source => ({ source, path: join(folder, `${source}.ndjson`) }))
const size = ['--customers', '400', '--terminals', '800', '--days', '100', '--card-testing', '20', '--seed', '2']
const generate = fileURLToPath(new URL('generate.ts', import.meta.url))
const result = spawnSync(process.execPath, ['-C', 'spillway-source', generate, ...size, '--out', files[0].path, '--labels', files[1].path])
assert.equal(result.status, 0, String(result.stderr))

const { ir } = pipeline
const [model] = ir.models
const worth = worthOf(pipeline.worths, model)
const experiment = new Experiment(pipeline, model, await load(pipeline, files, { onRejected: ({ detail }) => assert.fail(detail) }))
const judging = await PlanValuation.valueOf(experiment, {
  ir,
  model,
  utility: utilityOf(worth.ir, model, worth.compute),
  budget: worth.ir.utility.budget,
  decisionsPerWeek: undefined,
})
const now = (await judging.baseline('withoutRetraining')).performance

const older = (groups: readonly string[], by: number): Plan =>
  new Map(groups.map((group): [string, ElementSetting] => [elementId({ kind: 'group', group }), { kind: 'older', by }]))
const judged = async (plan: Plan) => (await judging.of(plan, 'withoutRetraining')).performance

const FAST = ['card_now', 'terminal_now']
const SECOND = 1000
const MINUTE = 60 * SECOND
const DAY = 1440 * MINUTE

test('an answer that comes after the payment loses more than inputs of any age', async () => {
  const asynchronous = await judged(new Map([['action', { kind: 'async' }]]))
  const lost = now.perWeek - asynchronous.perWeek
  assert.ok(now.perWeek > 0 && lost > now.perWeek / 4, `${lost} of ${now.perWeek}`)
  for (const groups of [FAST, ['card_usual'], [...FAST, 'card_usual']])
    for (const age of [5 * SECOND, MINUTE, 15 * MINUTE, DAY]) {
      const { perWeek } = await judged(older(groups, age))
      assert.ok(now.perWeek - perWeek < 0.75 * lost, `${groups.join()} ${age}: ${now.perWeek - perWeek} and ${lost}`)
    }
})

test('the group of usual spending may be a day old', async () => {
  const { perWeek, auc } = await judged(older(['card_usual'], DAY))
  assert.ok(Math.abs(perWeek - now.perWeek) < 0.03 * now.perWeek, `${perWeek} of ${now.perWeek}`)
  assert.ok(Math.abs(auc! - now.auc!) < 0.02, `${auc} of ${now.auc}`)
})

test('the group of spending now may be five seconds old, and not a quarter of an hour', async () => {
  const [seconds, minute, quarter] = await Promise.all([5 * SECOND, MINUTE, 15 * MINUTE].map(age => judged(older(FAST, age))))
  assert.ok(now.auc! - seconds.auc! < 0.05, `${seconds.auc} of ${now.auc}`)
  assert.ok(minute.auc! < seconds.auc!)
  assert.ok(quarter.auc! < minute.auc! - 0.05 && quarter.auc! < now.auc! - 0.1, `${now.auc} ${seconds.auc} ${minute.auc} ${quarter.auc}`)
})
