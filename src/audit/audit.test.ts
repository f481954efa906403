import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { plant, plantHistory } from '../../test/audit/planted-world.ts'
import { load } from '../replay/load.ts'
import { audit, worthOf, type AuditResult } from './audit.ts'
import { presetPeople } from './cost/people.ts'
import { examplePrices } from './cost/prices.ts'
import { AuditCheckpoint } from './checkpoint.ts'
import type { AuditOptions } from './compare/audit-options.ts'
import type { SweepEffect, Estimate } from './domain/element-report.ts'

const folder = scratchFolder('audit')

const files = Object.entries(plantHistory({ machines: 24, days: 30 })).map(([source, text]) => {
  const path = join(folder, `${source}.ndjson`)
  writeFileSync(path, text)
  return { source, path }
})
const log = load(plant, files, { onRejected: ({ detail }) => assert.fail(detail) })

const [model] = plant.ir.models
let computed = 0

async function audited(outcomes: Pick<AuditOptions, 'isCensored'> = {}): Promise<AuditResult> {
  const checkpoint = new AuditCheckpoint(join(folder, 'audit.part.json'))
  return audit(plant, await log, {
    model,
    worth: worthOf(plant.worths, model),
    seed: 1,
    draws: 2000,
    plansMax: 12,
    prices: examplePrices,
    people: presetPeople,
    stages: { why: 'none' },
    command: 'spillway audit plant.ts',
    ...outcomes,
    checkpoint: (name, of, make) =>
      checkpoint.getOrCompute(name, of, () => {
        computed++
        return make()
      }),
  })
}

const first = audited()
const estimate = ({ perWeek }: SweepEffect): Estimate => ('why' in perWeek ? assert.fail(perWeek.why) : perWeek)

test('values the freshness of a feature that decays within minutes, and not that of noise', async () => {
  const { report } = await first
  const [heat, noise] = ['group/heat', 'group/noise'].map(id => report.elements.find(({ element }) => element === id)!)
  const hours = heat.levels.find(({ age }) => age >= 3_600_000)!
  assert.ok(estimate(hours.withoutRetraining).high < -0.3 * report.utility.now.perWeek, 'an hour later the machine is another')
  for (const { withoutRetrainingAtVolume } of noise.levels) {
    const { low, high, value } = estimate(withoutRetrainingAtVolume)
    assert.ok(low <= 0 && high >= 0 && Math.abs(value) < 0.03 * report.utility.now.perWeek, `${value}, ${low} to ${high}, of noise`)
  }
  assert.ok('why' in heat.incidentThreshold || heat.incidentThreshold.age < 3_600_000)
})

test('the plan keeps streams that pay, at a price of $50 a failure', async () => {
  const { report, proposed } = await first
  const verdictOf = (id: string) => report.elements.find(({ element }) => element === id)!.verdict
  assert.equal(verdictOf('group/heat').choice, 'stream', JSON.stringify(verdictOf('group/heat')))
  assert.notEqual(verdictOf('group/noise').choice, 'stream', JSON.stringify(verdictOf('group/noise')))
  assert.ok(!proposed.has('group/heat'))
  assert.equal(report.history.decisions, 24 * 30 * 24)
  assert.match(report.summary.recommendation, /streaming ingestion \(within 1 min\) and "heat" \(within 1 min\)/)
})

test('an audit from a checkpoint is equal, and sweeps no element again', async () => {
  const { report } = await first
  const before = computed
  const again = await audited()
  assert.equal(computed, before)
  assert.ok(before >= 5)
  const { costs: _, plans: _plans, ...rest } = again.report
  const { costs: __, plans: __plans, ...own } = report
  assert.deepEqual(
    rest.elements.map(({ levels, incidentThreshold }) => ({ levels, incidentThreshold })),
    own.elements.map(({ levels, incidentThreshold }) => ({ levels, incidentThreshold })),
  )
  assert.deepEqual(rest.reproduce, own.reproduce)
})

test('an audit with fewer known outcomes of the same decisions sweeps all elements again', async () => {
  const { report } = await first
  const before = computed
  const again = await audited({ isCensored: decision => decision % 2 === 0 })
  assert.equal(again.report.reproduce.decisions, report.reproduce.decisions)
  assert.ok(again.report.history.labelled < 0.6 * report.history.labelled)
  assert.equal(computed - before, again.report.elements.length)
})
