/**
 * The readings of `hall.ts` with a trained model in place of a readable rule: the audit trains it for each age, and there is no score
 * before.
 *
 *     npm run spillway -- audit examples/glucose/hall-trained.ts --source readings=hall.csv
 *
 * Research software, not a medical device.
 */
import { begins, caught, count, every, features, model, pipeline, share, stream, worth } from 'spillway'
import { readingsOf } from './cgm.ts'
import { patient } from './glucose.ts'

const readings = readingsOf('America/Los_Angeles')

const recent = features('recent', {
  from: readings,
  entity: patient,
  place: stream,
  values: r => ({
    level: r.glucose.last('30m'),
    slope: r.glucose.slope('20m', { per: 'minute' }),
    lowest: r.glucose.min('30m'),
    readings: count('30m'),
  }),
})

const usual = features('usual', {
  from: readings,
  entity: patient,
  place: stream,
  values: r => ({ mean: r.glucose.mean('3d'), spread: r.glucose.stddev('3d'), low: share(r.glucose.lt(70), '3d') }),
})

const soon = model('soon', {
  decide: every('5m', patient, { live: '30m' }),
  inputs: ({ patient }) => ({ ...recent.of(patient), ...usual.of(patient) }),
  label: begins(readings, r => r.glucose.lt(70), { within: '30m', lasting: '15m', maxGap: '45m' }),
  train: { algorithm: 'logistic', over: '180d', promote: { metric: 'auc', atLeast: 0.6 } },
})

// Of eligible decisions: 4.3 % of all are about people who are low already, and belong to no budget.
export default pipeline('hall_trained', [soon, worth(soon, caught({ unit: 'lows', budget: '2.5%' }), { ages: ['5m', '1h'] })])
