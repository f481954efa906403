/** Masks of drift checks and of the messages of rejections. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entity, model, on, pipeline, rules, source, t } from '../../index.ts'
import { PersonalMask } from './personal-mask.ts'

const patient = entity('patient', t.string())
const readings = source('readings', {
  schema: { id: t.string(), patient, glucose: t.int().personal(), room: t.int(), at: t.timestamp() },
  key: 'patient',
  time: 'at',
  id: 'id',
})
const low = model('low', {
  decide: on(readings),
  inputs: r => ({ glucose: r.glucose, room: r.room }),
  score: v => rules([{ when: v.glucose.lt(70), score: 1 }], 0),
})

test('a drift check keeps its distances, and hides quantiles of personal inputs', () => {
  const mask = new PersonalMask(pipeline('ward', [low]).ir)
  const columnOf = (name: string) => ({ name, psi: 1.4, quantiles: { reference: { median: 5 } } })
  const drift = { at: 1, findings: { inputs: [columnOf('glucose'), columnOf('room')], recentFrom: 0 } }
  assert.deepEqual(mask.driftCheck('low', drift), {
    at: 1,
    findings: { inputs: [{ name: 'glucose', psi: 1.4 }, columnOf('room')], recentFrom: 0 },
  })
  const { findings } = mask.driftCheck('gone', drift)
  assert.deepEqual(findings.inputs, [
    { name: 'glucose', psi: 1.4 },
    { name: 'room', psi: 1.4 },
  ])
  assert.deepEqual(mask.driftCheck<{ readonly at: number; readonly findings?: never }>('low', { at: 1 }), { at: 1 })
})

test('the message of a rejection shows names of columns, and no value of a record', () => {
  const mask = new PersonalMask(pipeline('ward', [low]).ir)
  const messages: readonly (readonly [reason: string, detail: string, shown: string])[] = [
    ['schema', "'glucose' is 900, outside [0, 600]", "'glucose' is ***, outside [0, 600]"],
    [
      'schema',
      "'room' is 1e400, which has more digits than a JSON number holds",
      "'room' is ***, which has more digits than a JSON number holds",
    ],
    [
      'schema',
      "'ann' is 75612345678901234567, which JSON numbers cannot hold exactly (beyond 2^53)",
      "'***' is ***, which JSON numbers cannot hold exactly (beyond 2^53)",
    ],
    ['schema', `field '${'ann '.repeat(100)}' is no column`, "field '***'"],
    ['schema', 'not JSON: Unexpected token ann', 'not JSON: ***'],
    ['map', "map threw: no reading of ann, room 12, in 'north'", 'map threw: ***'],
    ['map', 'map returned a promise; it must return rows', 'map returned a promise; it must return rows'],
  ]
  for (const [reason, detail, shown] of messages) assert.equal(mask.detail('readings', reason, detail), shown)
})
