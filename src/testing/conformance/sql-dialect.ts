/** The contract of `SqlEngine` and `SqlDialect`: the statements of an engine, the texts of its dialect, and its tiles beside a naive reference. */
import assert from 'node:assert/strict'
import { aggregateOf, type TileValue } from '../../aggregate/index.ts'
import type { FeatureIR, Value } from '../../define/ir/index.ts'
import { allRows, type SqlCell, type SqlEngine, eventTable, eventRows, readTileRows, type TileRow, tileQueries } from '../../sql/index.ts'
import { testClauses, type ContractClause } from './clauses.ts'
import { withHostileNames, tileCase, tiledAggregates, type TileCase } from './random-tile-cases.ts'
import { engineClause, sqlEngineClauses, withEngine, type OpenSqlEngine } from './sql-engine.ts'
import { cellsText, referenceTiles, tileId, type ReferenceTile } from './tile-reference.ts'

/** Options of `testSqlDialect`. */
export interface SqlDialectOptions {
  /** Random pipelines to compare. Default 20. */
  readonly cases?: number
  /** Seed of the first random pipeline. Default 1. */
  readonly seed?: number
}

/**
 * Registers the conformance suite of an SQL engine and its dialect: one test of `node:test` a clause.
 *
 * It checks tables, streaming, cancellation and errors; literals, exact arithmetic and time; and it compares the tiles of every aggregate over every
 * type, and of random pipelines, with tiles that are computed event by event. A feature that the dialect declares `unsupported` is left out; counts,
 * sums and extremes of exact numbers must be supported.
 * @param open opens an engine without tables; the suite closes it
 * @example
 *   import { testSqlDialect } from 'spillway/testing'
 *   testSqlDialect('sqlite', async () => new SqliteEngine())
 */
export function testSqlDialect(name: string, open: OpenSqlEngine, options: SqlDialectOptions = {}): void {
  testClauses(name, sqlDialectClauses(options), open)
}

/** The clauses of the contract. */
export const sqlDialectClauses = ({ cases = 20, seed = 1 }: SqlDialectOptions = {}): readonly ContractClause<OpenSqlEngine>[] => {
  const randomCases = Array.from({ length: cases }, (_, i) => [seed + i, randomCase(seed + i)] as const)
  return [
    ...sqlEngineClauses,
    engineClause('a text, a name and a double are read as they were written', checkLiterals),
    engineClause('exact values do not round, and are NULL beyond 2^53', checkExact),
    engineClause('doubles are IEEE binary64, and NULL unless finite', checkDoubles),
    engineClause('a tile starts at or before its time, also before the epoch', checkTileStarts),
    engineClause('scalar results are primary expressions', checkPrimaryExpressions),
    engineClause('counts, sums and extremes of exact numbers are supported', checkSupported),
    tileClause(
      'tiles of every aggregate over every type equal the reference',
      Array.from({ length: Math.ceil(tiledAggregates.length / FEATURES_AT_ONCE) }, (_, i) =>
        tileCase(i * FEATURES_AT_ONCE, tiledAggregates.slice(i * FEATURES_AT_ONCE, (i + 1) * FEATURES_AT_ONCE), true),
      ),
    ),
    tileClause(
      'tiles of random pipelines equal the reference',
      randomCases.map(([, of]) => of),
    ),
    tileClause(
      'tiles do not depend on the names of columns',
      randomCases.map(([seed, of]) => withHostileNames(of, seed)),
    ),
  ]
}

const tileClause = (clause: string, cases: readonly TileCase[]): ContractClause<OpenSqlEngine> => ({
  clause,
  async check(open) {
    for (const of of cases) await withEngine(open, engine => compareTiles(engine, of))
  },
})

const FEATURES_AT_ONCE = 8
/** Primes that do not divide the number of combinations, so that neighbouring seeds walk through all of them. */
const STRIDES = [1, 11, 23, 29]

const randomCase = (seed: number): TileCase =>
  tileCase(
    seed,
    STRIDES.map(stride => tiledAggregates[(seed * 4 + stride) % tiledAggregates.length]),
  )

type Expected = readonly [sql: string, value: SqlCell]

/** Compares the values of expressions, in one statement over a table `one` of a row. Integers may be `bigint`. */
async function compareValues(engine: SqlEngine, cases: readonly Expected[]): Promise<void> {
  await engine.createTable('one', [{ name: 'x', type: 'int' }])
  await engine.append('one', [[1]])
  const [row] = await allRows(engine, `SELECT ${cases.map(([sql], i) => `${sql} AS v${i}`).join(', ')} FROM one`)
  assert.deepEqual(
    row.map(cell => (typeof cell === 'bigint' ? Number(cell) : cell)),
    cases.map(([, value]) => value),
  )
}

async function checkLiterals(engine: SqlEngine): Promise<void> {
  const { dialect } = engine
  const texts = ['', "it's", '"', '\\', '%_', '-- x', '/* x', 'é', '\u{1F600}', 'line\nline', "'; DROP TABLE one; --"]
  const doubles = [0, 0.1, 1 / 3, -2.5, 1e22, 2 ** 53 + 2, 5e-324, Number.MAX_VALUE, 2 ** -1022, 1e-7]
  await compareValues(engine, [
    ...texts.map((text): Expected => [dialect.textLiteral(text), text]),
    ...doubles.map((value): Expected => [dialect.doubleLiteral(value), value]),
  ])
  const names = ['order', 'Select', 'a b', 'quo"te', 'é', 'semi;colon']
  await engine.createTable(
    'odd',
    names.map(name => ({ name: dialect.identifier(name), type: 'int' as const })),
  )
  await engine.append('odd', [names.map((_, i) => i)])
  const [row] = await allRows(engine, `SELECT ${names.map(name => dialect.identifier(name)).join(', ')} FROM odd`)
  assert.deepEqual(row.map(Number), [...names.keys()])
}

const LARGEST = Number.MAX_SAFE_INTEGER

async function checkExact(engine: SqlEngine): Promise<void> {
  const { dialect } = engine
  const exact = (value: number): string => dialect.toExact(`(${value})`)
  await compareValues(engine, [
    [dialect.toInteger(exact(LARGEST)), LARGEST],
    [dialect.toInteger(exact(-LARGEST)), -LARGEST],
    [dialect.toInteger(`(${exact(LARGEST)} + ${exact(1)})`), null],
    [dialect.toInteger(`(${exact(-LARGEST)} - ${exact(1)})`), null],
    [dialect.toInteger(`(${exact(LARGEST)} * ${exact(LARGEST)})`), null],
    [dialect.toInteger(`(${exact(LARGEST)} * ${exact(1000)} - ${exact(LARGEST)} * ${exact(999)})`), LARGEST],
    [dialect.toInteger(`(${exact(94_906_265)} * ${exact(94_906_265)})`), 94_906_265 ** 2],
    [dialect.toInteger('NULL'), null],
    [dialect.toDouble(String(LARGEST)), LARGEST],
    [dialect.toDouble('(-3)'), -3],
  ])
}

async function checkDoubles(engine: SqlEngine): Promise<void> {
  const { dialect } = engine
  const double = (value: number): string => dialect.doubleLiteral(value)
  await compareValues(engine, [
    [dialect.finiteOrNull(`(${double(0.1)} + ${double(0.2)})`), 0.1 + 0.2],
    [dialect.finiteOrNull(`(${double(1e308)} + ${double(1e308)})`), null],
    [dialect.finiteOrNull(`(${double(0)} * ${double(-1)})`), 0],
    [dialect.finiteOrNull(dialect.divide(double(1), double(3))), 1 / 3],
    [dialect.finiteOrNull(dialect.divide(double(1), double(0))), null],
    [dialect.finiteOrNull(dialect.divide(double(0), double(0))), null],
    [dialect.finiteOrNull(dialect.divide(dialect.toDouble('7'), dialect.toDouble('2'))), 3.5],
    [dialect.finiteOrNull('NULL'), null],
    [dialect.powerOf2(double(-3)), 0.125],
    [dialect.log2(double(8)), 3],
    [dialect.round(double(2.5)), 3],
    [dialect.round(double(-2.5)), -3],
    [dialect.greatest(double(-1), double(2)), 2],
    [dialect.least(double(-1), double(2)), -1],
  ])
}

async function checkTileStarts(engine: SqlEngine): Promise<void> {
  const times = [0, 1, -1, 999, 1000, -1000, -1001, 1_767_225_600_123, -62_135_596_800_000]
  const hops = [1, 7, 1000, 3_600_000, 86_400_000]
  await compareValues(
    engine,
    times.flatMap(time => hops.map((hop): Expected => [engine.dialect.tileStart(`(${time})`, hop), Math.floor(time / hop) * hop + 0])),
  )
}

async function checkPrimaryExpressions({ dialect }: SqlEngine): Promise<void> {
  const results = {
    identifier: dialect.identifier('a b'),
    textLiteral: dialect.textLiteral("it's"),
    doubleLiteral: dialect.doubleLiteral(-2.5),
    toExact: dialect.toExact('x'),
    toInteger: dialect.toInteger('x'),
    toDouble: dialect.toDouble('x'),
    finiteOrNull: dialect.finiteOrNull('x'),
    divide: dialect.divide('x', 'y'),
    powerOf2: dialect.powerOf2('x'),
    log2: dialect.log2('x'),
    round: dialect.round('x'),
    greatest: dialect.greatest('x', 'y'),
    least: dialect.least('x', 'y'),
    tileStart: dialect.tileStart('x', 7),
  }
  for (const [member, sql] of Object.entries(results)) assert.ok(isPrimaryExpression(sql), `${member} gives ${sql}, which needs brackets`)
}

async function checkSupported({ dialect }: SqlEngine): Promise<void> {
  const needed = tiledAggregates.filter(
    ([agg, type]) => agg === 'count' || (['sum', 'min', 'max'].includes(agg) && ['int', 'decimal', 'duration'].includes(type ?? '')),
  )
  for (const feature of tileCase(0, needed, true).group.features)
    assert.equal(dialect.unsupported?.(feature), undefined, `${feature.agg} of ${feature.input?.type ?? 'events'} must be supported`)
}

/** Compares the tiles of the supported features of a case with the reference. */
async function compareTiles(engine: SqlEngine, { source, group, events }: TileCase): Promise<void> {
  const { dialect } = engine
  const features = group.features.filter(feature => dialect.unsupported?.(feature) === undefined)
  await engine.createTable('events', eventTable(source, dialect))
  await engine.append('events', eventRows(source, events.entries()))
  const supported: TileCase = { source, group: { ...group, features }, events }
  for (const query of tileQueries({ group: supported.group, source, events: 'events', dialect })) {
    const tiles = Map.groupBy(readTileRows(query, await allRows(engine, query.sql)), ({ feature }) => feature)
    for (const { index } of query.features) compareFeature(supported, features[index], tiles.get(index) ?? [], query.isSubKeyed)
  }
}

function compareFeature(of: TileCase, feature: FeatureIR, tiles: readonly TileRow[], isSubKeyed: boolean): void {
  const expected = referenceTiles(of, feature)
  if (isSubKeyed) for (const [id, { members }] of expected) if (members === 0) expected.delete(id)
  const name = `${feature.agg} of ${feature.input?.type ?? 'events'}, hop ${feature.window === 'lifetime' ? 'lifetime' : feature.hop}`
  const ids = tiles.map(({ by, tile }) => tileId(by[0], tile))
  assert.deepEqual(ids.toSorted(), [...expected.keys()].toSorted(), `${name}: one row for each key and tile`)
  for (const [i, tile] of tiles.entries())
    compareTile(feature, tile, expected.get(ids[i])!, `${name}, tile ${tile.tile} of ${ids[i]}`, isSubKeyed)
}

function compareTile(feature: FeatureIR, { tile, n, cells }: TileRow, expected: ReferenceTile, name: string, isSubKeyed: boolean): void {
  const aggregate = aggregateOf(feature)
  assert.equal(n, isSubKeyed ? expected.members : expected.n, `${name}: events`)
  const partial = aggregate.decode(cells)
  if (aggregate.exactness === 'exact' && partial !== undefined && expected.partial !== undefined)
    assert.equal(cellsText(aggregate.encode(partial)), cellsText(aggregate.encode(expected.partial)), `${name}: cells`)
  const asOf = tile + feature.hop
  assertSameValue(aggregate.finalize(partial, asOf), aggregate.finalize(expected.partial, asOf), aggregate.exactness === 'exact', name)
}

/** Values over doubles may differ by what their sums round. */
const TOLERANCE = 2 ** -30

function assertSameValue(got: TileValue, expected: TileValue, isExact: boolean, name: string): void {
  const isClose = (a: Value, b: Value): boolean =>
    typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b))
  if (!isExact && isClose(got.value as Value, expected.value as Value)) return
  assert.deepEqual(got, expected, `${name}: value`)
}

const TEXT = /'(?:[^']|'')*'|"(?:[^"]|"")*"/g
const NUMBER = /(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi
const INNERMOST_BRACKETS = /[([{][^()[\]{}]*[)\]}]/g
const INNERMOST_CASE = /\bCASE\b(?:(?!\b(?:CASE|END)\b)[\s\S])*\bEND\b/g
const PRIMARY = /^[\w$.#@]+$/

/** True for a name, a literal, a call, `CASE … END`, a subscript or a part of one of these, and anything in brackets. */
export function isPrimaryExpression(sql: string): boolean {
  const withoutLiterals = sql.trim().replaceAll(TEXT, '@').replaceAll(NUMBER, '0')
  const withoutBrackets = replacedUntilStable(withoutLiterals, INNERMOST_BRACKETS)
  return PRIMARY.test(replacedUntilStable(withoutBrackets, INNERMOST_CASE))
}

function replacedUntilStable(sql: string, pattern: RegExp): string {
  const replaced = sql.replaceAll(pattern, '@')
  return replaced === sql ? sql : replacedUntilStable(replaced, pattern)
}
