import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstYearPages, pageHours, peopleLines, presetPeople, readPeople } from './people.ts'
import { sumOfRanges } from './range.ts'

const format = 'spillway-people/1'
const rejects = (value: object, message: RegExp): void =>
  assert.throws(() => readPeople({ format, ...value }, 'people.json'), { code: 'SPILL_INPUT', message })
const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-9 * expected, `${value}, by hand ${expected}`)

test('seventeen pages in the first quarter decline to the steady ones', () => {
  // One a quarter later; half of the sixteen above it remains each time: 17 + 9 + 5 + 3.
  assert.equal(firstYearPages(17, 4, 0.5), 34)
  assert.equal(firstYearPages(17, 4, 0), 20)
  assert.equal(firstYearPages(0, 4, 0.5), 4)
})

test('the presets are 2, 4 and 12 pages a year, six hours each', () => {
  const { steadyYear, firstYear, basis } = pageHours(presetPeople, 1, true)
  assert.deepEqual(steadyYear, { low: 12, base: 24, high: 72 })
  assert.deepEqual([firstYear.low, firstYear.base], [(2 + 16.5 * (1 + 0.25 + 0.0625 + 0.015625)) * 6, 34 * 6])
  assert.equal(basis, 'modelled')
  assert.deepEqual(pageHours(presetPeople, 0, false).steadyYear, { low: 12, base: 12, high: 12 })
})

test('existing streaming has no first year', () => {
  const { steadyYear, firstYear } = pageHours(presetPeople, 1, false)
  assert.deepEqual(firstYear, steadyYear)
  assert.equal(peopleLines(presetPeople, 1, false).length, 2)
})

test('the first year and the steady year have separate lines', () => {
  const lines = peopleLines(presetPeople, 1, true)
  assert.deepEqual(
    lines.map(({ title }) => title),
    ['pages of what streams, steady year', 'more pages while streaming is new, first year', 'on call for what streams'],
  )
  near(lines[0].range.base, (24 * 90) / 12)
  assert.deepEqual(lines[1].range, { low: 0, base: 0, high: 0 })
  near(lines[1].firstYear!.base, (30 * 6 * 90) / 12)
  near(lines[2].range.base, (6680 * 0.33 * 0.1 * 90) / 12)
  assert.match(lines[0].arithmetic, /^4 pages a year × 6 h × \$90 an hour \/ 12$/)
  assert.match(lines[1].arithmetic, /^34\.0 pages in the first year \(17 in its first quarter/)
})

test('the first streaming element pays for the rota, the second almost nothing', () => {
  const cost = (streaming: number) => sumOfRanges(peopleLines(presetPeople, streaming, false).map(({ range }) => range)).base
  assert.ok(cost(1) - cost(0) > 1500)
  assert.ok(cost(2) - cost(1) < 20)
})

test('counted pages replace presets', () => {
  const people = readPeople({ format, streaming: { days: 92, incidents: 9, noise: 12, hours: 31.5 } }, 'people.json')
  const { steadyYear, firstYear, basis, arithmetic } = pageHours(people, 3, true)
  near(steadyYear.base, (31.5 * 365) / 92)
  assert.deepEqual(firstYear, steadyYear)
  assert.equal(basis, 'measured')
  assert.equal(arithmetic, '9 incidents and 12 false pages in 92 days, 31.5 h, × 365 / 92')
  assert.equal(pageHours(people, 0, false).basis, 'modelled')
  const withoutHours = readPeople({ format, batch: { days: 365, incidents: 2, noise: 4 } }, 'people.json')
  near(pageHours(withoutHours, 0, false).steadyYear.base, 2 * 6 + 4 * 0.25)
})

test('names wrong counts', () => {
  rejects({ streaming: { incidents: 9 } }, /^people\.json streaming\.days is missing; write/)
  rejects({ streaming: { days: 0, incidents: 9 } }, /streaming\.days is 0; write 1 or more/)
  rejects({ streaming: { days: 90, incidents: -1 } }, /streaming\.incidents is -1; write 0 or more/)
  rejects({ streaming: { days: 90, incidents: { low: 1, base: 2, high: 3 } } }, /streaming\.incidents is a range; a count is one number/)
  rejects({ streaming: { days: 90, pages: 1 } }, /streaming has no 'pages'/)
  rejects({ presets: { hourcost: 1 } }, /presets has no 'hourcost'; did you mean 'hourCost'\?/)
  rejects({ format: 'x' }, /format 'x'; write/)
  assert.equal(readPeople({ format, presets: { hourCost: 120 } }, 'people.json').amounts.hourCost.low, 120)
})
