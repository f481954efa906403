/**
 * The whole clinic in one file: alerts now, and the risk of each patient every morning. Minute-fresh features are streamed (`glucose.ts`);
 * features over days are computed at night, and read by a second model, whose scores are a list at seven.
 *
 * Research software, not a medical device: do not use it to treat anyone. The coefficients of `risk` are invented, and so are steps and
 * symptoms (`diary.ts`); the glucose ranges are those of the consensus.
 *
 *     npm run spillway -- replay examples/glucose/case-study.ts --source readings=clinic.ndjson --source activity=activity.ndjson --source symptoms=symptoms.ndjson --reports lists
 */
import { batch, begins, count, every, features, file, logistic, model, pipeline, report, share, source, t } from 'spillway'
import { kinds } from './diary.ts'
import { page, patient, readings } from './glucose.ts'

const zone = 'Europe/Zurich'
/** Every night at two; the results are in use by four. */
const nightly = batch('0 2 * * *', { zone, lasts: '2h' })

export const activity = source('activity', {
  schema: { patient, steps: t.int({ min: 0, max: 200_000 }), at: t.timestamp(), uploaded: t.timestamp() },
  key: 'patient',
  time: 'at',
  arrives: 'uploaded',
})
export const symptoms = source('symptoms', {
  schema: { patient, kind: t.enum(kinds), severity: t.int({ min: 1, max: 3 }), at: t.timestamp(), uploaded: t.timestamp() },
  key: 'patient',
  time: 'at',
  arrives: 'uploaded',
})

/** Two weeks of glucose by the ranges of the consensus (mg/dL), and the number of readings in three days. */
export const history = features('history', {
  from: readings,
  entity: patient,
  place: nightly,
  values: r => ({
    readings: count('3d'),
    mean: r.glucose.mean('14d'),
    spread: r.glucose.stddev('14d'),
    veryLow: share(r.glucose.lt(54), '14d'),
    low: share(r.glucose.between(54, 69.9), '14d'),
    high: share(r.glucose.between(180.1, 250), '14d'),
    veryHigh: share(r.glucose.gt(250), '14d'),
  }),
})
export const moving = features('moving', { from: activity, entity: patient, place: nightly, values: a => ({ steps: a.steps.mean('7d') }) })
export const felt = features('felt', {
  from: symptoms,
  entity: patient,
  place: nightly,
  values: s => ({ entries: count('7d'), worst: s.severity.max('7d') }),
})

/** For a sensor that is always worn. */
const READINGS_IN_3_DAYS = 3 * 288

/**
 * Probability that this patient will be very low within a day. Decided every midnight, and again for the morning's list; trained each week
 * on the outcomes.
 */
export const risk = model('risk', {
  decide: every('1d', patient, { live: '14d' }),
  inputs: ({ patient }) => {
    const glucose = history.of(patient)
    const { entries, worst } = felt.of(patient)
    return {
      wear: glucose.readings.dividedBy(READINGS_IN_3_DAYS),
      mean: glucose.mean,
      // CV, and the Glycemia Risk Index: 3.0 · very low + 2.4 · low + 1.6 · very high + 0.8 · high, in percent.
      cv: glucose.spread.dividedBy(glucose.mean).times(100),
      gri: glucose.veryLow.times(300).plus(glucose.low.times(240)).plus(glucose.veryHigh.times(160)).plus(glucose.high.times(80)),
      steps: moving.of(patient).steps,
      entries,
      worst,
    }
  },
  score: logistic({
    intercept: -3.5,
    weights: {
      gri: { weight: 0.06, ifNull: 20 },
      cv: { weight: 0.04, mean: 30, ifNull: 30 },
      wear: { weight: -1.5, mean: 0.7 }, // fewer readings, less certainty
      steps: { weight: -0.00005, mean: 6000, ifNull: 6000 },
      entries: { weight: 0.15, ifNull: 0 },
      worst: { weight: 0.3, ifNull: 0 },
    },
  }), // invented; decides until a version is promoted
  label: begins(readings, r => r.glucose.lt(54), { within: '1d', lasting: '15m', maxGap: '45m' }),
  train: { algorithm: 'logistic', every: 'week', over: '180d', promote: { metric: 'auc', atLeast: 0.6, betterBy: 0.01 } },
})

/** The order in which to call the patients. */
export const morningList = report('morning-list', {
  of: risk,
  at: '0 7 * * *',
  zone,
  live: '14d', // without readings for longer, the patient has left
  freshness: '24h',
  where: row => row.score.gte(0.2),
  orderBy: { score: 'descending' },
  limit: 10,
  to: file('lists/{date}.csv'),
})

export default pipeline('clinic', [page, morningList])
