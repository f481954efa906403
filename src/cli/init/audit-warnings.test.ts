/** `init` says before an audit that a file cannot give a verdict, and what helps; and says nothing of a file that can. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { sampleRecords, schemaOfSample, type InferOptions } from '../../files/index.ts'
import { auditWarnings } from './audit-warnings.ts'
import { plannedSource } from './inferred-source.ts'

const folder = scratchFolder('audit-warnings')
const MINUTE = 60_000
const START = Date.UTC(2026, 0, 1)

interface FileOptions {
  readonly rows?: number
  /** Minutes from one record to the next. */
  readonly every?: number
  readonly teams?: number
  /** Minutes from an event to its outcome. */
  readonly delay?: number
  /** Each of so many events is escalated. */
  readonly rarity?: number
  readonly hasTimes?: boolean
}

async function warningsOf(
  { rows = 2000, every = 30, teams = 40, delay = 60, rarity = 6, hasTimes = true }: FileOptions,
  options: InferOptions = {},
): Promise<string[]> {
  const path = join(folder, 'in.csv')
  const iso = (minute: number) => new Date(START + minute * MINUTE).toISOString().slice(0, hasTimes ? undefined : 10)
  const lines = Array.from(
    { length: rows },
    (_, i) =>
      `${iso(i * every)},team ${i % teams},agent ${i % 61},${i % 7},${iso(i * every + (delay * (1 + (i % 9))) / 9)},${i % rarity === 0}`,
  )
  writeFileSync(path, ['opened_at,team,agent,size,closed_at,escalated', ...lines].join('\n'))
  const schema = schemaOfSample(await sampleRecords(path), { key: 'team', ...options })
  return auditWarnings(plannedSource(schema, path), schema)
}

test('a file with enough keys and history', async () => {
  assert.deepEqual(await warningsOf({}), [])
  assert.deepEqual(await warningsOf({ teams: 20 }), [])
})

test('too few values of the key, with the key that has enough', async () => {
  assert.deepEqual(await warningsOf({ teams: 6 }), [
    'team has 6 values in 2,000 records, and an audit needs 20 for a verdict: try --key agent, which has 61 values, or give a file of more values of team',
  ])
  assert.deepEqual(await warningsOf({ teams: 19 }, { types: new Map() }).then(([first]) => first.slice(0, 20)), 'team has 19 values i')
  assert.match(
    (await warningsOf({}, { key: null }))[0],
    /^without a key all events are one series, and an audit needs 20 values .*: try --key agent/,
  )
})

test('too short a history, with the length that is enough', async () => {
  const [text, ...more] = await warningsOf({ rows: 600, every: 4 })
  assert.deepEqual(more, [])
  assert.match(
    text,
    /^the history has 39\.9 h: the later half, which an audit judges, has \d+ blocks of \d+ h, and a verdict needs 20; give a history of \d+ days or more$/,
  )
  const [, days] = /of (\d+) days or more$/.exec(text)!
  assert.deepEqual(await warningsOf({ rows: Number(days) * 24 * 15 + 1, every: 4 }), [])
})

test('few true outcomes, of which half are judged', async () => {
  assert.deepEqual(await warningsOf({ rarity: 20 }), [])
  assert.deepEqual(await warningsOf({ rarity: 25 }), [
    'escalated is true in 80 of 2,000 records: about 40 are judged, and under 50 the intervals are wide; give a longer history',
  ])
})

test('dates without a time of day', async () => {
  assert.match(
    (await warningsOf({ hasTimes: false })).join('\n'),
    /^opened_at has dates without a time of day, so all events of a day happen at once, and ages below a day say nothing; give a column with/m,
  )
})

test('outcomes that are known too late for the history', async () => {
  const [text, ...more] = await warningsOf({ delay: 6 * 24 * 60 })
  assert.deepEqual(more, [])
  assert.match(
    text,
    /^outcomes are known up to 6 days after the event, and a history of 41\.6 days allows 90\.8 h: later ones count as false; give a history of 67 days or more$/,
  )
  assert.deepEqual(await warningsOf({ delay: 3 * 24 * 60 }), [])
})

test('without an outcome there is no audit to warn of', async () => {
  assert.deepEqual(await warningsOf({ teams: 6, rows: 100 }, { outcome: null }), [])
})
