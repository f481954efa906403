import assert from 'node:assert/strict'
import test from 'node:test'
import type { Sent } from './sent.ts'
import { usualShares } from './shares.ts'
import { Uploads, type ClinicOptions } from './uploads.ts'

const usual: ClinicOptions = { ...usualShares, patients: 30, days: 6, seed: 7 }
const nothing: ClinicOptions = { ...usual, lows: 0, extremes: 0, compressions: 0, gaps: 0, backfills: 0, resends: 0, revisions: 0 }

function all(options: ClinicOptions) {
  const uploads = new Uploads(options)
  return { sent: [...uploads.sent()].flat(), planted: uploads.planted }
}

const idOf = ({ patient, id, at, glucose }: Sent): string => `${patient} ${id ?? `${at}=${glucose}`}`

test('the same options give the same uploads, another seed gives others', () => {
  assert.deepEqual(all(usual), all(usual))
  assert.notDeepEqual(all({ ...usual, seed: 8 }).planted, all(usual).planted)
})

test('with nothing planted every reading is sent once, within a minute of its measurement', () => {
  const { sent, planted } = all({ ...nothing, patients: 3, days: 2 })
  assert.equal(sent.length, 3 * 2 * 288)
  assert.equal(new Set(sent.map(idOf)).size, sent.length)
  assert.ok(sent.every(({ at, uploaded }) => uploaded >= at && uploaded - at < 60))
  assert.deepEqual(
    Object.entries(planted)
      .filter(([, count]) => count > 0 && count !== sent.length)
      .map(([name]) => name),
    [],
  )
})

test('uploads are in order of arrival, and never before their measurement', () => {
  const { sent } = all(usual)
  assert.ok(sent.every(({ uploaded, at }, i) => uploaded >= at && (i === 0 || uploaded >= sent[i - 1].uploaded)))
})

test('a recount finds the planted repetitions, delays and revisions', () => {
  const { sent, planted } = all({ ...usual, backfills: 0.2, revisions: 0.3, extremes: 0.3 })
  const seen = new Map<string, Sent>()
  const newest = new Map<number, number>()
  let found = { duplicates: 0, late: 0, outOfOrder: 0, revised: 0, codesAsWords: 0, codesAsNumbers: 0 }
  const versions = new Set<string>()
  for (const record of sent) {
    const earlier = seen.get(idOf(record))
    if (earlier) {
      assert.deepEqual({ ...earlier, uploaded: 0 }, { ...record, uploaded: 0 })
      found.duplicates++
      continue
    }
    seen.set(idOf(record), record)
    const { patient, at, uploaded, glucose } = record
    if (uploaded - at > 86_400) found.late++
    if (at < (newest.get(patient) ?? -1)) found.outOfOrder++
    newest.set(patient, Math.max(at, newest.get(patient) ?? -1))
    if (versions.has(`${patient} ${at}`)) found.revised++
    versions.add(`${patient} ${at}`)
    if (typeof glucose === 'string') found.codesAsWords++
    else if (glucose < 40 || glucose > 400) found.codesAsNumbers++
  }
  assert.deepEqual(found, Object.fromEntries(Object.keys(found).map(name => [name, planted[name as keyof typeof found]])))
  assert.ok(
    Object.values(found).every(count => count > 20),
    JSON.stringify(found),
  )
  assert.equal(planted.readings + planted.revised + planted.duplicates, planted.records)
  assert.equal(sent.length, planted.records)
})

test('a day that is computed again is the same: what is sent again is what was measured', () => {
  const { sent } = all({ ...nothing, patients: 5, days: 4, resends: 1, withoutId: 0 })
  const first = new Map<string, Sent>()
  for (const record of sent) {
    const earlier = first.get(idOf(record))
    if (earlier) assert.equal(record.glucose, earlier.glucose)
    else first.set(idOf(record), record)
  }
  assert.equal(first.size, 5 * 4 * 288)
  assert.ok(sent.length > first.size * 1.5)
})

test('a phone that was away brings its readings when it is back, the newest page first', () => {
  const { sent, planted } = all({ ...nothing, patients: 20, days: 10, backfills: 0.3 })
  assert.ok(planted.backfilled > 500)
  const burst = Map.groupBy(sent, ({ patient, uploaded }) => `${patient} ${uploaded}`)
  const longest = [...burst.values()].reduce((a, b) => (b.length > a.length ? b : a))
  assert.ok(longest[0].at > longest.at(-1)!.at)
  assert.equal(longest[1].at - longest[0].at, 300)
})

test('the gaps are those of a real file', () => {
  const { sent, planted } = all({ ...nothing, patients: 60, days: 14, gaps: 1 })
  const gaps = { five: 0, short: 0, long: 0, days: 0 }
  for (const readings of Map.groupBy(sent, ({ patient }) => patient).values())
    for (let i = 1; i < readings.length; i++) {
      const minutes = (readings[i].at - readings[i - 1].at) / 60
      gaps[minutes <= 5 ? 'five' : minutes <= 45 ? 'short' : minutes <= 1440 ? 'long' : 'days']++
    }
  const share = (count: number) => count / (sent.length - 60)
  const near = (found: number, real: number, within: number) => assert.ok(Math.abs(found / real - 1) < within, `${found} is not ${real}`)
  near(share(gaps.five), 0.964, 0.005)
  near(share(gaps.short), 0.033, 0.1)
  near(share(gaps.long), 0.0028, 0.2)
  near(share(gaps.days), 84 / 647_858, 0.6)
  near(planted.readings / (60 * 14 * 288), 0.8, 0.1)
})

test('glucose looks like that of adults with type 1 diabetes', () => {
  const { sent } = all({ ...usual, patients: 40, days: 7 })
  const values = sent.map(({ glucose }) => (glucose === 'LOW' ? 39 : glucose === 'HIGH' ? 401 : glucose))
  const share = (low: number, high: number) => values.filter(value => value >= low && value <= high).length / values.length
  assert.ok(share(70, 180) > 0.6 && share(70, 180) < 0.85, `in range ${share(70, 180)}`)
  assert.ok(share(0, 69) > 0.02 && share(0, 69) < 0.08, `low ${share(0, 69)}`)
})
