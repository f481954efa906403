/**
 * Predicts at departure whether a flight will arrive late, from the flights that have just landed at both of its ends.
 *
 * One row of the file is two events: a departure, whose delay is not known yet, and a landing, which has it.
 *
 *     npm run spillway -- replay examples/flights/flights.ts --source departures=FILE --source landings=FILE
 */
import { caught, count, entity, features, labelFrom, logistic, model, on, pipeline, share, source, stream, t, worth } from 'spillway'
import coefficients from './coefficients.json' with { type: 'json' }
import { departed, flightId, landed, LATE, localHour, type Flight } from './data.ts'

export const airport = entity('airport', t.string())

export const landings = source('landings', {
  schema: { flight: t.int(), destination: airport, delay: t.int({ min: -120, max: 1500 }), landed: t.timestamp() },
  key: 'destination',
  time: 'landed',
  map: (flight: Flight) => ({
    flight: flightId(flight),
    destination: flight.destination,
    delay: flight.delay,
    landed: landed(flight),
  }),
  mapVersion: '2',
})

export const departures = source('departures', {
  schema: {
    flight: t.int(),
    origin: airport,
    destination: airport,
    distance: t.int({ min: 0 }),
    hour: t.int({ min: 0, max: 23 }),
    departed: t.timestamp(),
  },
  key: 'origin',
  time: 'departed',
  id: 'flight',
  map: (flight: Flight) => ({
    flight: flightId(flight),
    origin: flight.origin,
    destination: flight.destination,
    distance: flight.distance,
    hour: localHour(flight),
    departed: departed(flight),
  }),
  mapVersion: '2',
})

export const arrivals = features('arrivals', {
  from: landings,
  entity: airport,
  place: stream,
  values: l => ({
    delay: l.delay.mean('1h'),
    late: share(l.delay.gt(15), '1h'),
    landed: count('1h'),
  }),
})

export const late = model('late', {
  decide: on(departures),
  inputs: f => ({ there: arrivals.of(f.destination), here: arrivals.of(f.origin), hour: f.hour, distance: f.distance }),
  score: logistic(coefficients), // fitted on the first half of the file by fit.ts
  label: labelFrom(landings, { join: 'flight', value: l => l.delay.gt(LATE), negativeAfter: '1d' }),
})

/**
 * Value for the audit: warnings are allowed for a tenth of the departures; a late flight counts if there was a warning. A warning is
 * assumed to save one minute of the aircraft's time, at the mean cost of a block minute of passenger airlines in the United States in 2023
 * ($100.80, Airlines for America, from DOT Form 41).
 */
export const caughtLate = worth(late, caught({ budget: '10%', unit: 'late arrivals', dollars: 101 }), {
  assumes: ['a caught late arrival saves one block minute, $101 (Airlines for America, 2023: $100.80)'],
})

export default pipeline('flights', [late, caughtLate])
