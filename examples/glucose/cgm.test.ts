import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { here, spillway } from './spillway-command.ts'

/** Beside the checkout, not part of it. */
const real = (name: string): string => here(`../../../shared/data/cgm/${name}.csv`)
const without = (name: string) => (existsSync(real(name)) ? false : `no ../shared/data/cgm/${name}.csv beside the checkout`)

interface Decision {
  readonly key: string
  readonly t: number
  readonly score: number
  readonly vector: { readonly level: number }
}

interface Summary {
  readonly sources: readonly [{ readonly accepted: number; readonly duplicates: number; readonly late: number; readonly rejected: object }]
  readonly decisions: number
}

function decisionsOf(study: string, file: string) {
  const folder = scratchFolder('cgm')
  const out = join(folder, 'decisions.ndjson')
  const { sources } = replay(study, file, '--out', out)
  const decisions = readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Decision)
  return { ...sources[0], decisions }
}

const replay = (study: string, file: string, ...more: string[]): Summary =>
  JSON.parse(spillway('replay', here(`${study}.ts`), '--source', `readings=${file}`, '--json', ...more)) as Summary

test('a study: local times are read in its zone, codes are codes, what is NA is rejected', () => {
  const folder = scratchFolder('cgm')
  const file = join(folder, 'study.csv')
  const rows = ['2014-07-01 12:00:00,185.4', '2014-07-01 12:05:00,NA', '2014-07-01 12:20:00,39.6', '2014-12-01 12:00:00,401']
  writeFileSync(file, ['"id","time","gl"', ...rows.map(row => `"001",${row}`), ''].join('\n'))
  const { accepted, rejected, decisions } = decisionsOf('dubosson', file)
  assert.deepEqual([accepted, rejected], [3, { schema: 1 }])
  const ticks = (from: string, count: number) => Array.from({ length: count }, (_, i) => Date.parse(from) + i * 300_000)
  assert.deepEqual(
    decisions.map(({ key, t, vector, score }) => [key, t, vector.level, score]),
    [
      ...ticks('2014-07-01T10:00Z', 4).map(t => ['001', t, 185.4, 0.1]),
      ...ticks('2014-07-01T10:20Z', 7).map(t => ['001', t, 39, 0.95]),
      ['001', Date.parse('2014-12-01T11:00Z'), 401, 0.1],
    ],
  )
})

test('dubosson.csv: nine people with type 1 diabetes', { skip: without('dubosson') }, () => {
  const { accepted, duplicates, late, rejected, decisions } = decisionsOf('dubosson', real('dubosson'))
  assert.deepEqual([accepted, duplicates, late, rejected, decisions.length], [8055, 0, 0, {}, 8106])
  assert.equal(new Set(decisions.map(({ key }) => key)).size, 9)
  assert.equal(new Date(decisions[0].t).toISOString(), '2014-09-30T08:10:00.000Z')
})

test('hall.csv: fifty-seven people, nine readings that are none', { skip: without('hall') }, () => {
  const { sources, decisions } = replay('hall', real('hall'))
  const [{ accepted, duplicates, late, rejected }] = sources
  assert.deepEqual([accepted, duplicates, late, rejected, decisions], [105_417, 0, 0, { schema: 9 }, 108_724])
})
