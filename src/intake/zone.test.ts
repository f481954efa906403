import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { TimeZone, timeZoneOf } from './zone.ts'

const HOUR = 3_600_000

test('an instant converts to local time and back, except in a repeated hour', () => {
  const next = random(3)
  for (const name of [
    'Europe/Zurich',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Pacific/Apia',
    'UTC',
  ]) {
    const zone = timeZoneOf(name)
    for (let round = 0; round < 300; round++) {
      const utc = Math.floor((next() * 2 - 0.6) * 1.5e12)
      const back = zone.utcOf(utc + zone.offsetAt(utc))
      assert.ok(back === utc || (back < utc && zone.offsetAt(back) > zone.offsetAt(utc)), `${name} ${utc}`)
    }
  }
})

test('offsets change at the exact millisecond', () => {
  const zone = new TimeZone('America/New_York')
  const spring = Date.UTC(2001, 3, 1, 7)
  assert.deepEqual([zone.offsetAt(spring - 1), zone.offsetAt(spring)], [-5 * HOUR, -4 * HOUR])
  const autumn = Date.UTC(2001, 9, 28, 6)
  assert.deepEqual([zone.offsetAt(autumn - 1), zone.offsetAt(autumn)], [-4 * HOUR, -5 * HOUR])
})

test('offsets with seconds, in historic local mean time', () => {
  assert.equal(new TimeZone('Europe/Zurich').offsetAt(Date.UTC(1850, 0, 1)), (34 * 60 + 8) * 1000)
})

test('a day that a zone skipped', () => {
  const apia = timeZoneOf('Pacific/Apia')
  assert.equal(apia.utcOf(Date.UTC(2011, 11, 30, 12)), Date.UTC(2011, 11, 30, 22), 'moves forward by the skipped day')
})

test('an unknown zone is an error with an example', () => {
  assert.throws(() => new TimeZone('Mars/Olympus'), /'Mars\/Olympus' is no time zone; write an IANA name/)
})
