import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import example from './prices.json' with { type: 'json' }
import { examplePrices, readPrices, readPricesFile } from './prices.ts'

/** The example with some keys of `prices` and `sizing` replaced, or removed if undefined. */
function changed(prices: Record<string, unknown>, sizing: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): unknown {
  return JSON.parse(
    JSON.stringify({ ...example, prices: { ...example.prices, ...prices }, sizing: { ...example.sizing, ...sizing }, ...rest }),
  )
}

const rejects = (value: unknown, message: RegExp): void =>
  assert.throws(() => readPrices(value, 'mine.json'), { code: 'SPILL_INPUT', message })

test('the example states that it is one, with kind and date', () => {
  assert.match(examplePrices.about, /example.*list prices.*2025/i)
  assert.equal(examplePrices.prices.coreHour.base, 0.0425)
  assert.equal(examplePrices.sizing.restartSeconds.base, 120)
  assert.equal(examplePrices.workers, 'autoscaled')
})

test('names a missing, negative or non-numeric price, with the fix', () => {
  rejects(
    changed({ brokerHour: undefined }),
    /^mine\.json prices\.brokerHour is missing; write { "low": .* dollars for the whole broker and an hour$/,
  )
  rejects(changed({ brokerHour: -1 }), /prices\.brokerHour is -1; write 0 or more, dollars/)
  rejects(changed({ egressGB: { low: 1, high: 2 } }), /prices\.egressGB\.base is missing; write a number/)
  rejects(changed({ egressGB: '0.02' }), /prices\.egressGB is '0\.02'; write an object/)
  rejects(changed({ egressGB: { low: 1, base: '2', high: 3 } }), /prices\.egressGB\.base is '2'; write a number/)
  rejects(readNaN(), /prices\.coreHour is NaN; write a number/)
  rejects({ ...example, prices: undefined }, /^mine\.json has no "prices"/)
})

const readNaN = () => ({ ...example, prices: { ...example.prices, coreHour: NaN } })

test('rejects an unknown key and names the nearest', () => {
  rejects(changed({ brokrHour: 1 }), /^mine\.json prices has no 'brokrHour'; did you mean 'brokerHour'\?/)
  rejects(changed({}, { uses: 1 }), /sizing has no 'uses'; did you mean 'use'\?/)
  rejects(changed({}, {}, { price: {} }), /^mine\.json has no 'price'; did you mean 'prices'\?/)
  rejects(changed({}, { use: { low: 0.6, base: 0.5, hihg: 0.4 } }), /sizing\.use has no 'hihg'; did you mean 'high'\?/)
})

test('low is the cheap end', () => {
  rejects(changed({ coreHour: { low: 2, base: 1, high: 3 } }), /prices\.coreHour is 2, 1, 3; .* so the values must rise: swap them/)
  rejects(changed({}, { use: { low: 0.2, base: 0.4, high: 0.6 } }), /sizing\.use is 0\.2, 0\.4, 0\.6; .* so the values must fall/)
})

test('rejects impossible values', () => {
  rejects(changed({}, { use: 1.5 }), /sizing\.use is 1\.5; write 1 or less/)
  rejects(changed({}, { use: 0 }), /sizing\.use is 0; write 0\.01 or more/)
  rejects(changed({}, { workers: 'autoscale' }), /sizing\.workers is 'autoscale'; did you mean 'autoscaled'\?/)
  rejects(changed({}, {}, { format: 'spillway-prices/2' }), /format 'spillway-prices\/2'; write "format": "spillway-prices\/1"/)
  rejects(changed({}, {}, { currency: 'EUR' }), /is in 'EUR'; .* "currency": "USD"/)
  rejects(changed({}, {}, { about: '' }), /has no description of its prices/)
  rejects([], /^mine\.json is \[\]; write an object/)
})

test('a number stands for a range, and sizing is optional', () => {
  const { prices, sizing } = readPrices({ ...(changed({ coreHour: 0.05 }) as object), sizing: undefined }, 'mine.json')
  assert.deepEqual(prices.coreHour, { low: 0.05, base: 0.05, high: 0.05 })
  assert.deepEqual(sizing, examplePrices.sizing)
})

test('names a missing or non-JSON file without its folders', () => {
  const folder = scratchFolder('prices')
  const path = join(folder, 'mine.json')
  assert.throws(() => readPricesFile(path), { code: 'SPILL_FILE', message: /^mine\.json cannot be read: ENOENT/ })
  writeFileSync(path, '{ "format": ')
  assert.throws(() => readPricesFile(path), { code: 'SPILL_FORMAT', message: /^mine\.json is not JSON/ })
  writeFileSync(path, JSON.stringify(example))
  assert.equal(readPricesFile(path).name, 'mine.json')
})
