import assert from 'node:assert/strict'
import test from 'node:test'
import { utcIn, zoneOf } from './zones.ts'

const local = (text: string): number => Date.parse(`${text}Z`)
const utc = (zone: string, text: string): string => new Date(utcIn(zone)(local(text))).toISOString().slice(0, 16)

test('a local time becomes UTC by the offset of its date', () => {
  assert.equal(utc('America/New_York', '2001-01-15T12:00'), '2001-01-15T17:00')
  assert.equal(utc('America/New_York', '2001-06-15T12:00'), '2001-06-15T16:00')
  assert.equal(utc('Pacific/Honolulu', '2001-06-15T23:30'), '2001-06-16T09:30')
})

test('the hours around the start of summer time', () => {
  const zone = 'America/Los_Angeles'
  assert.equal(utc(zone, '2001-04-01T01:59'), '2001-04-01T09:59')
  assert.equal(utc(zone, '2001-04-01T03:00'), '2001-04-01T10:00')
  assert.equal(utc(zone, '2001-04-01T12:00'), '2001-04-01T19:00')
  assert.equal(utc(zone, '2001-03-31T20:00'), '2001-04-01T04:00')
})

test('a local time that the clock skipped moves on by what was skipped', () => {
  assert.equal(utc('America/Los_Angeles', '2001-04-01T02:10'), '2001-04-01T10:10')
})

test('a local time that the clock showed twice is the earlier one', () => {
  assert.equal(utc('America/New_York', '2001-10-28T00:59'), '2001-10-28T04:59')
  assert.equal(utc('America/New_York', '2001-10-28T01:30'), '2001-10-28T05:30')
  assert.equal(utc('America/New_York', '2001-10-28T02:00'), '2001-10-28T07:00')
})

test('zones without summer time in 2001', () => {
  for (const zone of ['America/Phoenix', 'America/Indiana/Indianapolis', 'America/Puerto_Rico', 'Pacific/Honolulu'])
    assert.equal(
      utcIn(zone)(local('2001-07-01T00:00')) - local('2001-07-01T00:00'),
      utcIn(zone)(local('2001-01-01T00:00')) - local('2001-01-01T00:00'),
    )
})

test('states that are split', () => {
  const zone = (iata: string, state: string, longitude: number) => zoneOf({ iata, state, longitude })
  assert.equal(zone('PNS', 'FL', -87.19), 'America/Chicago')
  assert.equal(zone('TLH', 'FL', -84.35), 'America/New_York')
  assert.equal(zone('ELP', 'TX', -106.38), 'America/Denver')
  assert.equal(zone('RAP', 'SD', -103.06), 'America/Denver')
  assert.equal(zone('EVV', 'IN', -87.53), 'America/Chicago')
  assert.equal(zone('SBN', 'IN', -86.32), 'America/Indiana/Indianapolis')
  assert.equal(zone('CHA', 'TN', -85.2), 'America/New_York')
  assert.equal(zone('BNA', 'TN', -86.68), 'America/Chicago')
})

test('an unknown state is an error that names the airport', () => {
  assert.throws(() => zoneOf({ iata: 'ZRH', state: 'ZH', longitude: 8.5 }), /airport ZRH in state 'ZH'/)
})
