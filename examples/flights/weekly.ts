/**
 * The question of `flights.ts` with two speeds in one model: the landings of the last hour, streamed, and 28 days of history of the airport
 * and the route, for which a nightly batch run is early enough.
 *
 *     npm run spillway -- replay examples/flights/weekly.ts --source departures=FILE --source landings=FILE
 */
import { batch, count, entity, features, logistic, model, on, pipeline, share, source, stream, t } from 'spillway'
import { departed, landed, localHour, type Flight } from './data.ts'
import { airport } from './flights.ts'
import coefficients from './weekly.json' with { type: 'json' }

const route = entity('route', t.string())
const routeOf = ({ origin, destination }: Flight): string => `${origin}-${destination}`

export const landings = source('landings', {
  schema: { destination: airport, route, delay: t.int({ min: -120, max: 1500 }), landed: t.timestamp() },
  key: 'destination',
  time: 'landed',
  map: (flight: Flight) => ({ destination: flight.destination, route: routeOf(flight), delay: flight.delay, landed: landed(flight) }),
  mapVersion: '1',
})

export const departures = source('departures', {
  schema: {
    origin: airport,
    destination: airport,
    route,
    distance: t.int({ min: 0 }),
    hour: t.int({ min: 0, max: 23 }),
    departed: t.timestamp(),
  },
  key: 'origin',
  time: 'departed',
  map: (flight: Flight) => ({
    origin: flight.origin,
    destination: flight.destination,
    route: routeOf(flight),
    distance: flight.distance,
    hour: localHour(flight),
    departed: departed(flight),
  }),
  mapVersion: '1',
})

export const arrivals = features('arrivals', {
  from: landings,
  entity: airport,
  place: stream,
  values: l => ({ delay: l.delay.mean('1h'), late: share(l.delay.gt(15), '1h'), landed: count('1h') }),
})

/** At night, when there are few flights. */
const nightly = batch('0 3 * * *', { zone: 'America/Chicago', lasts: '1h' })

export const usual = features('usual', {
  from: landings,
  entity: airport,
  place: nightly,
  values: l => ({ delay: l.delay.mean('28d'), late: share(l.delay.gt(15), '28d') }),
})

export const routeUsual = features('route_usual', {
  from: landings,
  entity: route,
  place: nightly,
  values: l => ({ delay: l.delay.mean('28d'), late: share(l.delay.gt(15), '28d') }),
})

export const late = model('late', {
  decide: on(departures),
  inputs: f => ({
    there: arrivals.of(f.destination),
    here: arrivals.of(f.origin),
    usual: usual.of(f.destination),
    route: routeUsual.of(f.route),
    hour: f.hour,
    distance: f.distance,
  }),
  score: logistic(coefficients), // fitted on the first half of the file by weekly-table.ts
})

export default pipeline('flights_weekly', [late])
