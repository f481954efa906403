/** Pages about costs: their files are valid, and their tables name every key with its default. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { blocksOf } from '../../../test/docs/blocks.ts'
import type { Range } from '../domain/audit-report.ts'
import { presetPeople, readPeople } from './people.ts'
import { examplePrices, readPrices } from './prices.ts'

const text = ['cost', 'cost-people']
  .map(page => readFileSync(new URL(`../../../docs/reference/${page}.md`, import.meta.url), 'utf8'))
  .join('\n')
const fileOf = (name: string): unknown => JSON.parse(blocksOf(text).find(({ file }) => file === name)!.text)

/** Expected text in the last column of a key's row. */
const rangeText = ({ low, base, high }: Range): string => (low === high ? String(base) : `${low}, ${base}, ${high}`)

function requireDocumented(keys: Readonly<Record<string, Range>>): void {
  for (const [key, range] of Object.entries(keys)) {
    const row = text.split('\n').find(line => line.startsWith('|') && line.includes(`\`${key}\``))
    assert.ok(row, `no row of ${key}`)
    assert.ok(row.includes(rangeText(range)), `${key} is documented as ${row}, and it is ${rangeText(range)}`)
  }
}

test('the files of the page are valid', () => {
  const { prices, sizing } = readPrices(fileOf('prices.json'), 'prices.json')
  assert.deepEqual(prices, examplePrices.prices)
  assert.deepEqual([sizing.cpu.high, sizing.startSeconds], [1, examplePrices.sizing.startSeconds])
  const { amounts, streaming, batch } = readPeople(fileOf('people.json'), 'people.json')
  assert.deepEqual([amounts.hourCost.base, streaming?.hours, batch?.hours], [105, 31.5, undefined])
})

test('the tables have every key with its default', () => {
  requireDocumented(examplePrices.sizing)
  requireDocumented(presetPeople.amounts)
  for (const key of Object.keys(examplePrices.prices)) assert.match(text, new RegExp(`^\\| .*\`${key}\``, 'm'))
})
