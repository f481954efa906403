/** The page of alert rules has the numbers of the code. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { durationText } from '../../src/base/duration.ts'
import { limits } from '../../src/base/limits.ts'
import { defaultThresholds } from '../../src/define/config/alert-thresholds.ts'
import { badShareOf, burnRules } from '../../src/monitor/alerts/burn-rate.ts'

const page = readFileSync('docs/reference/alert-rules.md', 'utf8')
const rows = page
  .split('\n')
  .filter(line => line.startsWith('| '))
  .map(line =>
    line
      .slice(2, -2)
      .split(' | ')
      .map(cell => cell.trim()),
  )

test('each threshold is on the page with its default', () => {
  const { diskPageBytes, diskTicketBytes, ...shares } = defaultThresholds
  for (const [name, share] of Object.entries(shares)) assert.ok(page.includes(`\`thresholds.${name}\`: ${share} |`), name)
  const [, atPage, atTicket] = rows.find(([condition]) => condition.endsWith('free space'))!
  assert.deepEqual([atPage, atTicket], [`below ${diskPageBytes / 2 ** 30} GiB`, `below ${diskTicketBytes / 2 ** 30} GiB`])
})

test('the burn rates are those of the rules', () => {
  const spaced = (ms: number) =>
    durationText(ms)
      .replace(/^(\d+)d$/, '$1 days')
      .replace(/^(\d+)h$/, '$1 h')
      .replace(/^(\d+)m$/, '$1 min')
  const table = rows.slice(rows.findIndex(([first]) => first === 'severity') + 2)
  assert.deepEqual(
    table.slice(0, burnRules.length),
    burnRules.map(({ severity, factor, longMs, shortMs }) => [severity, String(factor), spaced(longMs), spaced(shortMs)]),
  )
  assert.ok(page.includes(`so ${Math.round(badShareOf(burnRules[0], 0.9) * 100)} %: half`))
})

test('numbers beside the name of a limit are its value', () => {
  const units: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000 }
  const named = [...page.matchAll(/(\d+)(?: (s|min|h)\b)?[^|()\d]*\(`([A-Z_]+)`\)/g)]
  assert.ok(named.length >= 10, `${named.length} limits`)
  for (const [, number, unit, name] of named)
    assert.equal(limits[name as keyof typeof limits], Number(number) * (unit ? units[unit] : 1), `${number} ${unit ?? ''} ${name}`)
})
