import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fraudPipeline } from '../../../test/training/fraud-pipeline.ts'
import type { Train } from '../../index.ts'
import { changesBetween } from '../ir/pipeline-changes.ts'

const DAY = 86_400_000
const of = (orWhen: unknown, more: object = {}) => fraudPipeline({ algorithm: 'logistic', orWhen, ...more } as Train)
const irOf = (orWhen: unknown, more: object = {}) => of(orWhen, more).ir.models[0].train!.orWhen

test("'drift' has the documented thresholds, and the bound of the promotion rule", () => {
  const plain = { kind: 'drift', look: DAY, recent: 7 * DAY, psi: 0.2, ks: 0.2, nulls: 0.1, rows: 1000 }
  assert.deepEqual(irOf('drift'), plain)
  assert.deepEqual(irOf({ drift: {} }), plain)
  assert.deepEqual(irOf('drift', { promote: { metric: 'ap', atLeast: 0.3 } }), { ...plain, metric: { metric: 'ap', bound: 0.3 } })
  // A loss has no lower bound, and a rule without a bound has none for drift.
  assert.deepEqual(irOf('drift', { promote: { metric: 'logloss', atMost: 0.3 } }), plain)
  assert.deepEqual(irOf('drift', { promote: { metric: 'auc' } }), plain)
  assert.equal(of('drift').ir.models[0].train!.every, undefined)
})

test('each threshold can be set', () => {
  const drift = { look: '6h', recent: '2w', cooldown: '3d', psi: 0.3, ks: 0.25, nulls: 0.2, rows: 400, metric: 'auc', atLeast: 0.7 }
  const { metric, atLeast, ...rest } = drift
  assert.deepEqual(irOf({ drift }, { promote: { metric: 'ap', atLeast: 0.3 } }), {
    kind: 'drift',
    ...rest,
    look: DAY / 4,
    recent: 14 * DAY,
    cooldown: 3 * DAY,
    metric: { metric, bound: atLeast },
  })
  assert.deepEqual(changesBetween(of('drift').ir, of({ drift }).ir)[0].details, [
    'train: logistic, by command, or when drift (each 1d, of 1w, psi 0.2, ks 0.2, nulls 0.1, from 1000 rows), promoted by hand → logistic, by command, or when drift (each 6h, of 2w, psi 0.3, ks 0.25, nulls 0.2, auc 0.7, from 400 rows, at most every 3d), promoted by hand',
  ])
})

test('a mistake has its line and its fix', () => {
  const bad = (orWhen: unknown) => () => of(orWhen)
  rejectsHere(bad('drfit'), /train: orWhen is 'drfit'; write 'drift', or \{ drift: \{ psi: 0\.25, recent: '7d' \} \}/)
  rejectsHere(bad(true), /orWhen is true; write 'drift'/)
  rejectsHere(bad({ drift: {}, look: '1d' }), /orWhen has no option 'look'/)
  rejectsHere(bad({ drift: { pis: 1 } }), /orWhen: drift has no option 'pis'; did you mean 'psi'\?/)
  rejectsHere(bad({ drift: 7 }), /orWhen: drift needs an object of options, got 7/)
  rejectsHere(bad({ drift: { look: '1s' } }), /orWhen: look is at least 60000 ms \(DRIFT_LOOK_MS_MIN\), got '1s'/)
  rejectsHere(bad({ drift: { recent: 7 } }), /orWhen: recent: 7 is no duration/)
  rejectsHere(bad({ drift: { cooldown: 'long' } }), /orWhen: cooldown: 'long' is no duration/)
  rejectsHere(bad({ drift: { psi: 0 } }), /orWhen: psi is a number above 0 and at most 1000000, got 0/)
  rejectsHere(bad({ drift: { ks: 1.1 } }), /orWhen: ks is a number above 0 and at most 1, got 1\.1/)
  rejectsHere(bad({ drift: { nulls: NaN } }), /orWhen: nulls is a number above 0 and at most 1, got NaN/)
  rejectsHere(bad({ drift: { rows: 1.5 } }), /orWhen: rows is a whole number above 0/)
  rejectsHere(bad({ drift: { metric: 'rmse', atLeast: 1 } }), /orWhen: metric is 'auc' or 'ap', got 'rmse'/)
  rejectsHere(bad({ drift: { metric: 'auc' } }), /orWhen: atLeast is what auc must not fall below, from 0 to 1, got undefined/)
  rejectsHere(bad({ drift: { atLeast: 0.5 } }), /orWhen: metric is 'auc' or 'ap', got undefined/)
})

/** A definition in another file, by its text. */
function rejectsHere(build: () => unknown, message: RegExp): void {
  assert.throws(build, { code: 'SPILL_DEFINITION', message })
}
