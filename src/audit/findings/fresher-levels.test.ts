/** A summary of a group in batch runs, whose sweep begins with levels that are fresher than now. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flightsReport } from '../../../test/audit/reports/flights.ts'
import { hourlyReport } from '../../../test/audit/reports/hourly.ts'
import { buildSummary } from './summary.ts'

const { summary } = hourlyReport
const [, landings] = hourlyReport.elements

test('each row has its first level that is older than now, if there is one', () => {
  const firstOf = ({ staleness }: typeof summary) => staleness.map(({ firstOlder }) => firstOlder)
  assert.deepEqual(firstOf(flightsReport.summary), [undefined, 0, 0, 0])
  assert.deepEqual(firstOf(summary), [undefined, 1, 0, 0])
  const weekly = { ...landings, now: { ...landings.now, age: { ...landings.now.age!, p50: landings.levels.at(-1)!.age } } }
  assert.deepEqual(firstOf(buildSummary({ ...hourlyReport, elements: [weekly] })), [undefined])
})

test('the reason is the loss at the first older level', () => {
  const { reason } = buildSummary({ ...hourlyReport, elements: [landings] })
  assert.equal(reason, '"landings" 15 min older: −10 % [−12, −8] of the late arrivals caught, with retraining, at equal alert volume.')
})

test('alerts are below the first older level where that loses, and not below a fresher one', () => {
  const alertsOf = (part: typeof landings) => buildSummary({ ...hourlyReport, elements: [part] }).alertAt
  assert.deepEqual(alertsOf(landings), ['"landings" below 15 min late, the shortest age tried'])
  const [streamed, late, nightly] = landings.levels
  // Fresher features lose with a model as it is, and it is not known that older ones do.
  const fresherLoses = {
    ...landings,
    levels: [
      { ...streamed, withoutRetraining: late.withoutRetraining },
      { ...late, withoutRetraining: streamed.withoutRetraining },
      nightly,
    ],
  }
  assert.deepEqual(alertsOf(fresherLoses), [])
})
