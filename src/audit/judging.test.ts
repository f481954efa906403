import assert from 'node:assert/strict'
import { test } from 'node:test'
import { casesOf } from '../../test/audit/random-cases.ts'
import type { ModelIR, PipelineIR } from '../define/ir.ts'
import type { Experiment } from './experiment/experiment.ts'
import { Judging } from './judging.ts'
import type { HistoryPart } from './report/audit-report.ts'
import { caveatsOf } from './said.ts'
import { utilityOf } from './worth/index.ts'

const HOUR = 3_600_000

/** Four decisions that act, an hour apart, and four that do not: two of them right, one wrong, one unknown; the same again. */
const t = Float64Array.from({ length: 8 }, (_, row) => row * HOUR)
const label = Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 0)
const known = Uint8Array.of(1, 1, 1, 0, 1, 1, 1, 0)
const cases = casesOf({
  t,
  key: new Int32Array(8),
  label,
  known,
  eligible: new Uint8Array(8).fill(1),
  outcome: t.map((time, row) => (label[row] === 1 ? time + HOUR : NaN)),
})
const decided = { score: Float64Array.of(1, 1, 1, 1, 0, 0, 0, 0), made: t, acted: t, inline: false }
const experiment = { cases, notes: [], why: () => undefined, decided: () => Promise.resolve(decided) } as unknown as Experiment
const model = { name: 'm', label: { kind: 'from', negativeAfter: HOUR } } as unknown as ModelIR
const utility = utilityOf({ utility: { kind: 'caught', unit: 'x', dollars: 4, wrong: 1 } }, model)
const judging = Judging.of(experiment, { ir: {} as PipelineIR, model, utility, budget: 0.5, decisionsAWeek: 80 })

test('what runs lies between what it is with all unknown labels true, and with all false', async () => {
  const [now, bounds] = [(await (await judging).now('frozen')).performance.aWeek, await (await judging).bounds('frozen')]
  // Two caught less a quarter, of six that are known; then three of eight, and two less two quarters.
  assert.equal(now, (1.75 / 6) * 80)
  assert.deepEqual(bounds, { ifTrue: (2.75 / 8) * 80, ifFalse: (1.5 / 8) * 80 })
})

test('the report says both, where labels are not known', async () => {
  const caveats = (bounds: { ifTrue: number; ifFalse: number } | undefined) =>
    judging.then(made =>
      caveatsOf({
        history: { weeks: 1, censored: 2 } as HistoryPart,
        experiment,
        judging: made,
        ladders: [],
        plans: [],
        bounds,
        unit: 'x',
        reach: [],
      }),
    )
  const says = 'were all labels that are not known true, what runs would be worth 27.5 x a week; were they all false, 15'
  assert.ok((await caveats({ ifTrue: 27.5, ifFalse: 15 })).includes(says))
  assert.ok(!(await caveats(undefined)).some(text => text.startsWith('were all')))
})

test('what several ladders have is said once, of the one that has it worst', async () => {
  const ladder = (correlation: number) => ({
    rungs: [],
    caveats: [{ kind: 'lasting shocks', block: 'day', about: 'time', size: correlation } as const],
  })
  const said = caveatsOf({
    history: { weeks: 1, censored: 0 } as HistoryPart,
    experiment: { cases, notes: ['trained on 10', 'trained on 20'] } as unknown as Experiment,
    judging: await judging,
    ladders: [0.41, 0.62, 0.5].map(ladder),
    plans: [{ kind: 'some plans', looked: 5, of: 9 }],
    bounds: undefined,
    unit: 'x',
    reach: [],
  })
  assert.deepEqual(
    said.filter(text => text.includes('goes with the next one')).map(text => /correlation [^)]*/.exec(text)![0]),
    ['correlation 0.62'],
  )
  assert.ok(['trained on 10', 'trained on 20'].every(note => said.includes(note)))
  assert.ok(said.some(text => text.startsWith('5 of 9 plans with decisions of their own were looked at')))
})
