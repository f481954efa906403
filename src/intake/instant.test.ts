import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseInstant } from './instant.ts'

test('accepted formats', () => {
  const noon = Date.UTC(2024, 4, 1, 12, 30)
  const forms: readonly (readonly [string, number])[] = [
    ['2024-05-01', Date.UTC(2024, 4, 1)],
    ['2024-05-01T12:30', noon],
    ['2024-05-01 12:30:00', noon],
    ['2024-05-01T12:30Z', noon],
    ['2024-05-01T14:30+02', noon],
    ['2024-05-01T14:30:00+0200', noon],
    ['2024-05-01T07:00:00-05:30', noon],
    ['2024-05-01T12:30:00.5', noon + 500],
    ['2024-05-01T12:30:00,25Z', noon + 250],
    ['2024-05-01T12:30:00.1239999Z', noon + 123],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2000-02-29', Date.UTC(2000, 1, 29)],
    ['0099-03-01', new Date(0).setUTCFullYear(99, 2, 1)],
    ['1969-12-31T23:59:59.999Z', -1],
  ]
  for (const [text, expected] of forms) assert.equal(parseInstant(text, undefined), expected, text)
})

test('rejected texts', () => {
  const texts = [
    '',
    '2024',
    '2024-05',
    '2024-5-1',
    '20240501',
    '2024-02-30',
    '2023-02-29',
    '1900-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-04-31',
    '2024-05-00',
    '2024-05-01T',
    '2024-05-01T24:00',
    '2024-05-01T12:60',
    '2024-05-01T12:30:60Z',
    '2024-05-01T12',
    '2024-05-01t12:30',
    '2024-05-01T12:30z',
    '2024-05-01T12:30:00.Z',
    '2024-05-01T12:30.5Z',
    '2024-05-01T12:30:00+2',
    '2024-05-01T12:30:00+24:00',
    '2024-05-01T12:30:00+02:60',
    '2024-05-01T12:30:00+02:0',
    '2024-05-01T12:30:00ZZ',
    '2024-05-01T12:30:00 Z',
    ' 2024-05-01',
    '2024-05-01 ',
    '+2024-05-01',
    '٢٠٢٤-05-01',
    'now',
  ]
  for (const text of texts) assert.equal(parseInstant(text, undefined), undefined, text)
})

test('every ISO instant that JavaScript writes is read back', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), date => {
      assert.equal(parseInstant(date.toISOString(), undefined), date.getTime())
      assert.equal(parseInstant(date.toISOString(), 'Asia/Kolkata'), date.getTime())
    }),
  )
})

test('without an offset the time is local, through both clock changes', () => {
  const zurich = (text: string) => new Date(parseInstant(text, 'Europe/Zurich')!).toISOString().slice(0, 16)
  assert.equal(zurich('2024-01-15T12:00'), '2024-01-15T11:00')
  assert.equal(zurich('2024-07-15'), '2024-07-14T22:00')
  assert.equal(zurich('2024-03-31T01:59'), '2024-03-31T00:59')
  assert.equal(zurich('2024-03-31T02:30'), '2024-03-31T01:30', 'skipped by the clock: moves on by an hour, to 03:30')
  assert.equal(zurich('2024-03-31T03:00'), '2024-03-31T01:00')
  assert.equal(zurich('2024-10-27T02:30'), '2024-10-27T00:30', 'occurs twice: the earlier')
  assert.equal(zurich('2024-10-27T03:00'), '2024-10-27T02:00')
})
