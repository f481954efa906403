import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { episodesOf, gridOf, stretchesOf, type Series } from './episodes.ts'
import { evaluate, evaluationText } from './evaluate.ts'
import { readAlerts, readSeries } from './records.ts'

const MINUTE = 60_000

/** Readings every five minutes from 0 on; undefined is a missing one. */
const series = (...values: (number | undefined)[]): Series => {
  const present = values.flatMap((value, i) => (value === undefined ? [] : [{ time: 5 * i * MINUTE, value }]))
  return { times: present.map(({ time }) => time), values: present.map(({ value }) => value) }
}
const none = (count: number): undefined[] => Array.from({ length: count })
const high = (count: number): number[] => Array.from({ length: count }, () => 100)

/** Onset and end in minutes. */
const episodes = (...values: (number | undefined)[]) =>
  episodesOf(series(...values)).map(({ onset, end, seen }) => [onset / MINUTE, end / MINUTE, seen])

test('an episode starts with 15 min below 70 and ends with 15 min back', () => {
  assert.deepEqual(episodes(100, 69, 60, 50, 70, 71, 72, 100), [[5, 20, true]])
  assert.deepEqual(episodes(100, 69, 60, 70, 70, 71), [])
  assert.deepEqual(episodes(100, 69, 60, 50, 70, 71, 69, 60, 100, 100, 100), [[5, 40, true]])
  assert.deepEqual(episodes(100, 60, 60, 60, 100, 100, 100, 60, 60, 60, 100), [
    [5, 20, true],
    [35, 50, true],
  ])
  assert.deepEqual(episodes(100, 70, 70, 70, 70), [])
})

test('one that a gap cuts off ends there, and one that began in a gap was not seen', () => {
  assert.deepEqual(episodes(100, 60, 60, 60, 60), [[5, 20, true]])
  assert.deepEqual(episodes(60, 60, 60, 60, 100, 100, 100), [[0, 20, false]])
  assert.deepEqual(episodes(100, 60, 60, 60, ...none(9), 60, 60, 60, 100), [
    [5, 15, true],
    [65, 80, false],
  ])
  assert.deepEqual(episodes(), [])
})

test('gaps of up to 45 min are interpolated, longer ones split', () => {
  const short = series(100, ...none(8), 55)
  assert.deepEqual(stretchesOf(short), [{ from: 0, to: 1 }])
  assert.deepEqual(gridOf(short, { from: 0, to: 1 }), [100, 95, 90, 85, 80, 75, 70, 65, 60, 55])
  assert.deepEqual(stretchesOf(series(100, ...none(9), 55, 56)), [
    { from: 0, to: 0 },
    { from: 1, to: 2 },
  ])
  assert.deepEqual(episodes(100, ...none(8), 55), [[35, 45, true]])
  assert.deepEqual(gridOf({ times: [0, 7 * MINUTE, 10 * MINUTE], values: [70, 77, 80] }, { from: 0, to: 2 }), [70, 75, 80])
})

/** Low from minute 100 to 120, then high for two hours. */
const one = series(...high(20), 60, 60, 60, 60, ...high(24))
const judged = (...minutes: number[]) => {
  const { alerts, wrong, unknown, episodes, byOnset, within15, noticed, lead } = evaluate(
    new Map([['p', one]]),
    new Map([['p', minutes.map(t => t * MINUTE)]]),
  )
  return { alerts, wrong, unknown, episodes, byOnset, within15, noticed, lead }
}

test('alerts before the onset, late ones, wrong ones, and those that cannot be judged', () => {
  const nothing = { alerts: 0, wrong: 0, unknown: 0, episodes: 1, byOnset: 0, within15: 0, noticed: 0, lead: NaN }
  assert.deepEqual(judged(), nothing)
  assert.deepEqual(judged(90), { ...nothing, alerts: 1, byOnset: 1, within15: 1, noticed: 1, lead: 10 })
  assert.deepEqual(judged(100), { ...nothing, alerts: 1, byOnset: 1, within15: 1, noticed: 1, lead: 0 })
  assert.deepEqual(judged(115), { ...nothing, alerts: 1, within15: 1, noticed: 1, lead: -15 })
  assert.deepEqual(judged(120), { ...nothing, alerts: 1, noticed: 1, lead: -20 })
  assert.deepEqual(judged(69), { ...nothing, alerts: 1, wrong: 1 })
  assert.deepEqual(judged(190), { ...nothing, alerts: 1, wrong: 1 })
  assert.deepEqual(judged(191), { ...nothing, alerts: 1, unknown: 1 })
  assert.deepEqual(judged(300), { ...nothing, alerts: 1, unknown: 1 })
})

test('after an alert the next are left out for half an hour', () => {
  assert.deepEqual(judged(10, 15, 39, 40, 69, 75), { ...judged(10, 40, 75), alerts: 3, wrong: 2, lead: 25 })
})

test('the readings of all patients', () => {
  const evaluation = evaluate(
    new Map([
      ['a', one],
      ['b', series(60, 60, 60, 200, ...none(3), 100, ...none(300), 100)],
    ]),
    new Map(),
  )
  assert.deepEqual(
    { ...evaluation, wear: 0, inRange: 0, low: 0, lead: 0 },
    {
      patients: 2,
      readings: 54,
      patientDays: (54 * 5) / 1440,
      wear: 0,
      gaps: [1, 0, 1],
      inRange: 0,
      low: 0,
      alerts: 0,
      wrong: 0,
      unknown: 0,
      episodes: 1,
      unseen: 1,
      byOnset: 0,
      within15: 0,
      noticed: 0,
      lead: 0,
    },
  )
  assert.equal(evaluation.wear, 54 / (48 + 309))
  assert.equal(evaluation.inRange, 46 / 54)
  assert.equal(evaluation.low, 7 / 54)
  assert.match(evaluationText(evaluation), /lead {7}–$/)
  assert.match(evaluationText(evaluation), /54 readings of 2 patients, 0.2 patient-days, worn 15.1 % of the time\ngaps {7}1 up to 45 min/)
})

test('files: the last version of a reading counts, codes are values, and what is no glucose is left out', async () => {
  const folder = scratchFolder('evaluate')
  const file = (name: string, ...lines: string[]): string => {
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
    return join(folder, name)
  }
  const upload = (glucose: unknown, at: string) => JSON.stringify({ patient: 'p', glucose, at })
  const uploads = [
    upload(80, '2026-01-01T00:05Z'),
    upload('LOW', '2026-01-01T00:00Z'),
    upload(78, '2026-01-01T00:05Z'),
    upload('NA', '2026-01-01T00:10Z'),
  ]
  const midnight = Date.UTC(2026, 0, 1)
  assert.deepEqual(
    [...(await readSeries(file('u.ndjson', ...uploads), 'UTC'))],
    [['p', { times: [midnight, midnight + 300_000], values: [39, 78] }]],
  )
  const study = file('s.csv', '"id","time","gl"', '"001",2014-07-01 12:00:00,185.4', '"001",2014-12-01 12:00:00,401')
  const times = [Date.UTC(2014, 6, 1, 10), Date.UTC(2014, 11, 1, 11)]
  assert.deepEqual([...(await readSeries(study, 'Europe/Zurich'))], [['001', { times, values: [185.4, 401] }]])
  const decisions = [
    ['a', 1, 0.8],
    ['b', 2, null],
    ['a', 3, 0.79],
    ['a', 4, 0.9],
  ].map(([key, t, score]) => JSON.stringify({ key, t, score }))
  assert.deepEqual([...(await readAlerts(file('d.ndjson', ...decisions), 0.8))], [['a', [1, 4]]])
})
