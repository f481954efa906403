/**
 * Decides every five minutes, about each patient with a reading within half an hour, whether glucose is low or about to be; a clinician is
 * paged.
 *
 * Research software, not a medical device: do not use it to treat anyone.
 *
 *     npm run spillway -- replay examples/glucose/glucose.ts --source readings=clinic.ndjson
 */
import {
  action,
  begins,
  caught,
  count,
  entity,
  env,
  every,
  features,
  model,
  pipeline,
  rules,
  share,
  source,
  stream,
  t,
  webhook,
  worth,
  type Duration,
  type Source,
} from 'spillway'
import { reading } from './reading.ts'

export const patient = entity('patient', t.string())

export const columns = {
  patient,
  glucose: t.decimal(1, { min: 39, max: 401 }), // mg/dL
  code: t.enum(['LOW', 'HIGH']).nullable(), // the sensor's word for a value beyond its range
  at: t.timestamp(),
  uploaded: t.timestamp(),
  id: t.string(),
}

export const readings = source('readings', {
  schema: columns,
  key: 'patient',
  time: 'at',
  id: 'id',
  dedupe: '31d', // a phone resends up to 30 days
  identity: ['at'], // another value of the same patient and time replaces the earlier one
  revisable: '7d', // a cloud smooths a day on the next one
  arrives: 'uploaded',
  map: reading,
  mapVersion: '1',
})

/** The same definitions over other readings, or with a shorter tick for a demonstration: see `cgm.ts` and `hurried.ts`. */
export function clinic(name: string, from: Source<typeof columns, 'id'>, tick: Duration = '5m') {
  const recent = features('recent', {
    from,
    entity: patient,
    place: stream,
    values: r => ({
      // At a tick the newest reading is up to five minutes old: these are the last, the last four, and the last two readings.
      level: r.glucose.last('30m'),
      slope: r.glucose.slope('20m', { per: 'minute', where: r.code.isNull() }),
      step: r.glucose.rate('10m', { per: 'minute' }),
      inRange: share(r.glucose.between(70, 180), '30m'),
      lowest: r.glucose.min('30m'),
      readings: count('30m'),
    }),
  })

  const hypo = model('hypo', {
    decide: every(tick, patient, { live: '30m' }), // or at each reading: on(from)
    inputs: ({ patient }) => {
      const now = recent.of(patient)
      return { ...now, in20m: now.level.plus(now.slope.times(20)) }
    },
    score: v =>
      rules(
        [
          { when: v.step.lt(-5), score: 0.5 }, // glucose does not fall this fast: the sensor is compressed; wait for the next reading
          { when: v.level.lt(54), score: 0.95 },
          { when: v.level.lt(70), score: 0.9 },
          { when: v.slope.lte(-1).and(v.in20m.lt(70)), score: 0.8 },
          { when: v.lowest.lt(70), score: 0.3 },
        ],
        0.1,
      ),
    // The outcome to predict: a low of at least a quarter of an hour that begins within half an hour.
    label: begins(from, r => r.glucose.lt(70), { within: '30m', lasting: '15m', maxGap: '45m' }),
  })

  const page = action('page-clinician', {
    when: hypo.score.gte(0.8),
    deadline: '8m', // from the time of the newest reading to the acknowledgement
    cooldown: '30m',
    do: webhook(env('CLINIC_URL'), { secret: env('CLINIC_SECRET'), allowPrivate: true }), // a clinic's own network
  })

  // Value for the audit: a low with a page before its onset.
  const noticed = worth(hypo, caught({ unit: 'lows' }))

  return { recent, hypo, page, noticed, pipeline: pipeline(name, [page, noticed]) }
}

const glucose = clinic('glucose', readings)
export const { recent, hypo, page, noticed } = glucose
export default glucose.pipeline
