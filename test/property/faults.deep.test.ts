import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Engine } from './case.ts'
import { duckdbEngine } from './engines/duckdb.ts'
import { openEngine } from './engines/engines.ts'
import { tilesEngine } from './engines/tiles.ts'
import { faults, withFault } from './faults.ts'
import { compareEngines } from './parity.ts'

/** Number of cases within which a planted fault must be detected. */
const CASES = 100
const SEED = 90_000

let oracle: Engine
let kernel: Engine
let duckdb: Engine
let tiles: Engine
/** The fault in the text of queries; none at first. */
let rewrite = (sql: string): string => sql

before(async () => {
  oracle = await openEngine('oracle')
  kernel = await openEngine('kernel')
  duckdb = await duckdbEngine(sql => rewrite(sql))
  tiles = await tilesEngine(sql => rewrite(sql))
})

after(() => [oracle, kernel, duckdb, tiles].forEach(engine => engine.close()))

for (const [name, fault] of Object.entries(faults)) {
  test(`found in the oracle: ${name}`, () => assertFound([withFault(oracle, fault), kernel]))
  test(`found in the kernel: ${name}`, () => assertFound([oracle, withFault(kernel, fault)]))
}

/** Faults in DuckDB's queries. */
const inSql: Readonly<Record<string, [from: string, to: string]>> = {
  'an event at t does not count': ['e._time <= a.t', 'e._time < a.t'],
  'an event at the start of the window does not count': ['e._time >= a.', 'e._time > a.'],
  'P holds one event more': ['e._seq < a.prefix', 'e._seq <= a.prefix'],
  'what arrived at the cut is not known': ['e._arrival <= a.upto', 'e._arrival < a.upto'],
  'ties ignore arrival': ['s._time, s._arrival,', 's._time,'],
  'ties ignore the partition': ['s._partition, s._offset) AS _order', 's._offset, s._partition) AS _order'],
  'a revision supersedes before it is known': ['e._next_seq >= a.prefix', 'e._next_seq > a.prefix'],
}

for (const [name, fault] of Object.entries(inSql)) test(`found in DuckDB's text: ${name}`, () => assertFoundInText(() => duckdb, fault))

/** Faults in the queries of tiles. */
const inTiles: Readonly<Record<string, [from: string | RegExp, to: string]>> = {
  'tiles begin a millisecond later': [/\(s\._time % (\d+)\) \+/g, '((s._time - 1) % $1) +'],
  'the triggering event counts': ['e._seq <> e._excluded', 'TRUE'],
  'conditions are ignored': [/FILTER \(WHERE [^)]*\)/g, ''],
  'of equal times the earlier arrival is later': ["'f1': e._arrival", "'f1': -e._arrival"],
  'of equal times and arrivals the lower partition is later': ["'f2': e._partition", "'f2': -e._partition"],
  'a revision supersedes before it is visible': ['e._next_seq >= a.prefix', 'e._next_seq > a.prefix'],
  'squares are sums': [/sum\((CAST\(e\._x\d+ AS HUGEINT\)) \* \1\)/g, 'sum($1)'],
}

for (const [name, fault] of Object.entries(inTiles))
  test(`found in the text of tiles: ${name}`, () => assertFoundInText(() => tiles, fault))

async function assertFoundInText(engine: () => Engine, [from, to]: readonly [string | RegExp, string]): Promise<void> {
  let planted = 0
  rewrite = sql => {
    const changed = sql.replaceAll(from, to)
    if (changed !== sql) planted++
    return changed
  }
  const found = await assertFound([oracle, engine()]).catch((error: unknown) => error)
  rewrite = sql => sql
  assert.ok(planted > 0, 'no query has the text in which the fault is planted')
  if (found) throw found as Error
}

async function assertFound(engines: readonly Engine[]): Promise<void> {
  const { failures } = await compareEngines(engines, { cases: CASES, seed: SEED, record: false, first: true })
  assert.equal(failures.length, 1, `not found within ${CASES} cases`)
  assert.ok(failures[0].ask !== undefined, `a wrong value is expected, but an engine ${failures[0].got}`)
}
