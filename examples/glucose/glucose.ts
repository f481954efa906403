/**
 * Is this patient's glucose low, or about to be? Decided every five minutes about each patient who has a reading of the last half hour; a clinician
 * is paged.
 *
 * Research software, not a medical device: nothing here may be used to treat anybody.
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
} from 'spillway'
import { reading } from './reading.ts'

export const patient = entity('patient', t.string())

export const columns = {
  patient,
  glucose: t.decimal(1, { min: 39, max: 401 }), // mg/dL
  code: t.enum(['LOW', 'HIGH']).nullable(), // the sensor's word for a value that it cannot measure
  at: t.timestamp(),
  uploaded: t.timestamp(),
  id: t.string(),
}

export const readings = source('readings', {
  schema: columns,
  key: 'patient',
  time: 'at',
  id: 'id',
  dedupe: '31d', // a phone sends up to 30 days again
  identity: ['at'], // another value of the same patient and time replaces the one before
  revisable: '7d', // a cloud smooths a day on the next one
  arrives: 'uploaded',
  map: reading,
  mapVersion: '1',
})

/** The same definitions over readings from elsewhere, or at a tick for which nobody waits: see `cgm.ts` and `hurried.ts`. */
export function clinic(name: string, from: typeof readings, tick: Duration = '5m') {
  const recent = features('recent', {
    from,
    entity: patient,
    place: stream,
    values: r => ({
      // At a tick the newest reading is up to five minutes old: these are the last one, four, and two.
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
          { when: v.step.lt(-5), score: 0.5 }, // no glucose falls so fast: somebody lies on the sensor; wait for the next reading
          { when: v.level.lt(54), score: 0.95 },
          { when: v.level.lt(70), score: 0.9 },
          { when: v.slope.lte(-1).and(v.in20m.lt(70)), score: 0.8 },
          { when: v.lowest.lt(70), score: 0.3 },
        ],
        0.1,
      ),
    // What it should know before it happens: a low of at least a quarter of an hour, within the next half.
    label: begins(from, r => r.glucose.lt(70), { within: '30m', lasting: '15m', maxGap: '45m' }),
  })

  const page = action('page-clinician', {
    when: hypo.score.gte(0.8),
    deadline: '8m', // from the time of the newest reading to the acknowledgement
    cooldown: '30m',
    do: webhook(env('CLINIC_URL'), { secret: env('CLINIC_SECRET'), allowPrivate: true }), // a clinic's own network
  })

  // For the audit: a low that somebody was paged about before it began.
  const noticed = worth(hypo, caught({ unit: 'lows' }))

  return { recent, hypo, page, noticed, pipeline: pipeline(name, [page, noticed]) }
}

const glucose = clinic('glucose', readings)
export const { recent, hypo, page, noticed } = glucose
export default glucose.pipeline
