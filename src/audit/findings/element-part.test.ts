import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fraudReport } from '../../../test/audit/reports/fraud.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { elementPart } from './element-part.ts'
import type { Element } from '../domain/element.ts'
import { planElements } from '../plans/choices.ts'
import { fixedVerdict, jointVerdict } from '../plans/element-verdicts.ts'

const model = { name: 'm', inputs: [], score: { kind: 'none' }, decide: { kind: 'on', source: 's' } } as unknown as ModelIR
const ir = { name: 'p', sources: [], groups: [], models: [model], actions: [] } as unknown as PipelineIR
const training = fraudReport.elements.at(-1)!

const part = (element: Element, audited: ModelIR, levels = training.levels) =>
  elementPart({
    ir,
    model: audited,
    element,
    sweep: { levels, ...(levels.length === 0 && { why: 'too short' }), caveats: [] },
    utility: fraudReport.utility,
    delay: 0,
    verdict: fixedVerdict(planElements(ir, audited).find(planElement => planElement.element.kind === element.kind)!),
  })

test('an element with a curve was observed, so a missing plan has its own reason', () => {
  const { verdict, unplanned } = part({ kind: 'training' }, model)
  assert.equal(unplanned, 'the pipeline does not train the model')
  assert.deepEqual(verdict, {
    choice: 'undecided',
    why: 'no plan runs it otherwise, since the pipeline does not train the model; the curve says what that would be worth',
  })
  const none = part({ kind: 'training' }, model, [])
  assert.deepEqual([none.verdict.choice, none.unplanned, none.notObservable], ['not observable in this history', undefined, 'too short'])
})

test('the current setting has the words of plans', () => {
  const onRequest = { ...model, decide: { kind: 'request' } } as unknown as ModelIR
  for (const audited of [model, onRequest])
    for (const { element, choices } of planElements(ir, audited))
      assert.equal(part(element, audited).now.title, choices[0].title, element.kind)
  assert.equal(part({ kind: 'training' }, model).now.title, 'without a schedule')
})

const placed = (name: string, place: object) => ({ name, place, features: [{ agg: 'count', window: 60_000 }] })
const reading = (...groups: readonly ReturnType<typeof placed>[]) =>
  ({
    ...ir,
    groups,
    models: [{ ...model, inputs: groups.map(({ name }) => ({ name, expr: { op: 'feature', group: name, name: 'n', key: ['k'] } })) }],
  }) as unknown as PipelineIR

function together(...groups: readonly ReturnType<typeof placed>[]) {
  const of = reading(...groups)
  const element: Element = { kind: 'groups', groups: groups.map(({ name }) => name) }
  const verdict = jointVerdict(element.groups, { now: [], proposed: [] })
  return elementPart({
    ir: of,
    model: of.models[0],
    element,
    sweep: { levels: [], caveats: [] },
    utility: fraudReport.utility,
    delay: 0,
    verdict,
  })
}

test('joint groups are named, and have one age if all are as old', () => {
  const [stream, copy, job] = [
    { kind: 'stream' },
    { kind: 'lag', by: 600_000 },
    { kind: 'batch', schedule: { kind: 'interval', every: 3_600_000, phase: 0 }, lasts: 0 },
  ]
  const two = together(placed('a', stream), placed('b', stream))
  assert.deepEqual([two.title, two.now.title, two.now.age?.p95], ['all streamed groups (a, b)', 'stream', 0])
  const mixed = together(placed('a', stream), placed('b', copy))
  assert.deepEqual([mixed.title, mixed.now.title, mixed.now.age], ['all streamed groups (a, b)', 'stream', null])
  const jobs = together(placed('a', stream), placed('b', job))
  assert.deepEqual([jobs.title, jobs.now.title], ['all groups fresher than a day (a, b)', 'stream, every hour'])
  assert.equal(
    together(...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(name => placed(name, stream))).title,
    'all streamed groups (a, b, c, d, e, 2 more)',
  )
})

test('the age of a group in batch runs has its mean, and its age just before the next results', () => {
  const hour = 3_600_000
  const ageOf = (schedule: object, lasts: number) => {
    const of = reading(placed('a', { kind: 'batch', schedule, lasts }))
    const sweep = { levels: [], caveats: [] }
    const element: Element = { kind: 'group', group: 'a' }
    return elementPart({ ir: of, model: of.models[0], element, sweep, utility: fraudReport.utility, delay: 0, verdict: undefined }).now.age
  }
  const from = 'by its placement'
  assert.deepEqual(ageOf({ kind: 'interval', every: hour, phase: 0 }, 0), { p50: hour / 2, p95: 0.95 * hour, max: hour, from })
  assert.deepEqual(ageOf({ kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, 2 * hour), {
    p50: 14 * hour,
    p95: 24.8 * hour,
    max: 26 * hour,
    from,
  })
  assert.equal(ageOf({ kind: 'cron', cron: '0 2 * * 1-5', zone: 'UTC' }, 2 * hour)?.max, 74 * hour, 'from Friday to Monday')
})

test('states the plan for each group instead of a verdict', () => {
  const at = (...titles: readonly string[]) => titles.map((title, i) => ({ element: `group/${'ab'[i]}`, title }))
  const why = (proposed: ReturnType<typeof at>) => jointVerdict(['a', 'b'], { now: at('stream', 'stream'), proposed }).why
  assert.match(why(at('stream', 'stream')), /: the one that is kept leaves all of them as they run$/)
  assert.match(why(at('stream', 'batch 1 day')), /: the one that is proposed runs "b" as batch 1 day, and leaves the others as they run$/)
  assert.match(why(at('hybrid', 'batch 1 day')), /: the one that is proposed runs "a" as hybrid, "b" as batch 1 day$/)
})

test('the threshold with retraining is at most the one without, by which alerts are set', () => {
  const [, cards, usual] = fraudReport.elements
  const of = ({ levels }: typeof cards) => {
    const { incidentThreshold, plannedThreshold, marks } = part({ kind: 'action' }, model, levels)
    return { incidentThreshold, plannedThreshold, marks }
  }
  assert.deepEqual(of(cards), {
    incidentThreshold: { age: 60_000, loss: 640 },
    plannedThreshold: { age: 60_000, loss: 640 },
    marks: ['ok', 'ok', 'may lose', 'may lose', 'loses'],
  })
  assert.deepEqual(of(usual), {
    incidentThreshold: { age: 14 * 3_600_000, loss: 902 },
    plannedThreshold: { age: 14 * 3_600_000, loss: 902 },
    marks: ['ok', 'ok', 'may lose'],
  })
  const rules = cards.levels.map(level => ({ ...level, withRetraining: { why: 'rules cannot be trained anew' } }))
  assert.deepEqual(of({ ...cards, levels: rules }).plannedThreshold, { why: 'rules cannot be trained anew' })
})

test('where the first older level loses for certain, no age is planned and none is safe', () => {
  const [, , usual] = fraudReport.elements
  const loses = { value: -9000, low: -9900, high: -8100 }
  const levels = usual.levels.map((level, i) =>
    i === 0 ? { ...level, withoutRetraining: { ...level.withoutRetraining, perWeek: loses } } : level,
  )
  const { incidentThreshold, plannedThreshold } = part({ kind: 'action' }, model, levels)
  assert.match((incidentThreshold as { why: string }).why, /^at 1 h at least \$8,100 a week are lost/)
  assert.deepEqual(plannedThreshold, incidentThreshold)
})

test('the age of a model is only planned', () => {
  const { incidentThreshold, plannedThreshold } = part({ kind: 'training' }, model)
  assert.match((incidentThreshold as { why: string }).why, /^the age of a model is planned/)
  assert.deepEqual(plannedThreshold, { age: 14 * 86_400_000, loss: 720, beyond: true })
})

test('ingestion has its own age, and no younger freshness threshold', () => {
  const levels = training.levels.map((level, i) => ({ ...level, age: [81, 814 + 3_600_000, 814 + 86_400_000][i] ?? 2 * 86_400_000 }))
  const of = (delay: number) =>
    elementPart({
      ir,
      model,
      element: { kind: 'ingestion' },
      sweep: { levels: levels.map(level => ({ ...level, withoutRetraining: level.withoutRetrainingAtVolume })), caveats: [] },
      utility: fraudReport.utility,
      verdict: undefined,
      delay,
    })
  assert.deepEqual(of(814).now.age, { p50: 814, p95: 814, from: 'from its history' })
  const { incidentThreshold, plannedThreshold } = of(814)
  for (const result of [incidentThreshold, plannedThreshold]) assert.ok('why' in result || result.age > 814, JSON.stringify(result))
  assert.equal(of(0).now.age, null)
})
