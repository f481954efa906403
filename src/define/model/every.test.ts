import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { entity } from '../source/entity.ts'
import { count } from '../expression/event-aggregates.ts'
import { every } from './every.ts'
import { features } from '../feature/features.ts'
import { model } from './model.ts'
import { pipeline } from '../pipeline.ts'
import { lag, stream } from '../feature/placement.ts'
import { logistic } from './score.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'
import { triggerColumns, triggerId, triggerKey } from './trigger.ts'

const patient = entity('patient', t.string())
const ward = entity('ward', t.int())
const readings = source('readings', { schema: { patient, ward, glucose: t.int(), at: t.timestamp() }, key: 'patient', time: 'at' })
const recent = features('recent', {
  from: readings,
  entity: patient,
  place: stream,
  values: r => ({ level: r.glucose.last('30m'), mean: r.glucose.mean('1h'), ever: count('lifetime') }),
})
const earlier = features('earlier', {
  from: readings,
  entity: patient,
  place: lag('10m'),
  values: () => ({ others: count('1h', { before: true }) }),
})
const both = features('both', { from: readings, entity: [patient, ward], place: stream, values: () => ({ n: count('1h') }) })

const score = logistic({ intercept: 0, weights: {} })
// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any
const deciding = (decide: unknown, inputs: (p: Loose) => unknown = ({ patient }) => ({ recent: recent.of(patient) })) =>
  model('m', { decide, inputs, score } as never)

test('a tick has one column, of the entity, and how long a key stays active', () => {
  const { ir } = model('hypo', {
    decide: every('5m', patient, { live: '30m' }),
    inputs: ({ patient }) => ({ recent: recent.of(patient), who: patient }),
    score,
  })
  const column = { name: 'patient', type: 'string', entity: 'patient', nullable: false }
  assert.deepEqual(ir.decide, { kind: 'every', every: 300_000, live: 1_800_000, column })
  assert.deepEqual(ir.inputs[0].expr, { op: 'feature', group: 'recent', key: ['patient'], name: 'level', type: 'int' })
  assert.deepEqual(ir.inputs.at(-1)!.expr, { op: 'trigger', name: 'patient', type: 'string' })
})

test('the columns of a tick follow from the IR', () => {
  const hypo = model('hypo', { decide: every('5m', patient), inputs: p => ({ level: recent.of(p.patient).level }), score })
  const { ir } = pipeline('clinic', [hypo])
  assert.deepEqual(
    ir.sources.map(({ name }) => name),
    ['readings'],
  )
  const column = { name: 'patient', type: 'string', entity: 'patient', nullable: false }
  assert.deepEqual(triggerColumns(ir, hypo.ir), [column])
  assert.deepEqual(triggerKey(ir, hypo.ir), column)
  assert.equal(triggerId(ir, hypo.ir), undefined)
})

test('a key stays active for the longest finite window read by default', () => {
  const liveOf = (inputs: (p: Loose) => unknown) => (deciding(every('5m', patient), inputs).ir.decide as { live: number }).live
  assert.equal(
    liveOf(p => ({ level: recent.of(p.patient).level })),
    1_800_000,
  )
  assert.equal(
    liveOf(p => ({ all: recent.of(p.patient) })),
    3_600_000,
  )
})

test('a tick without an active group is rejected', () => {
  rejects(() => deciding(every('5m')), "model 'm': decide is an interval without an entity; write every('5m', patient, { live: '30m' })")
  rejects(
    () => deciding(every('5m', ward), ({ ward }) => ({ ward })),
    "model 'm' decides every('5m', ward) and reads no group of ward, so that nothing shows which ward is active; " +
      'read one: inputs: ({ ward }) => ({ recent: recent.of(ward) })',
  )
  rejects(
    () => deciding(every('5m', patient), p => ({ n: recent.of(p.patient).ever })),
    "model 'm' reads lifetime windows only and needs live, how long a patient stays active after its last event: " +
      "every('5m', patient, { live: '1d' })",
  )
  rejects(
    () => deciding(every('5m', patient), p => ({ recent: recent.of(p.patient), n: earlier.of(p.patient).others })),
    "model 'm' reads 'earlier.others', which leaves the triggering event out (before), and a tick has none; read a feature without before",
  )
  rejects(() => every('5m', patient, { live: '0m' }), /^every\('5m', patient\): live: '0m' is no duration/)
  rejects(() => every('5m', patient, { live: 30 as never }), /live: 30 is no duration/)
  rejects(() => every('5m', patient, { alive: '1h' } as never), "every('5m', patient) has no option 'alive'; did you mean 'live'?")
  rejects(() => every('99999w', patient), "every: '99999w' is longer than 278 years")
  rejects(() => every('often' as never, patient), /every: 'often' is no duration/)
})

test('a tick has only its entity', () => {
  rejects(
    () => deciding(every('5m', patient), p => ({ glucose: p.glucose })),
    "every('5m', patient) has no column 'glucose'; there is patient",
  )
  rejects(
    () => deciding(every('5m', patient), p => ({ both: both.of(p.patient, p.patient) })),
    /'both' is keyed by ward, got 'patient', which is a patient/,
  )
})

test('the entity of a tick has the type that it has in sources', () => {
  const numbered = entity('patient', t.int())
  const loose = deciding(every('5m', numbered))
  rejects(() => pipeline('clinic', [loose]), "entity 'patient' is an int in the trigger of model 'm' and a string in source 'readings'")
})
