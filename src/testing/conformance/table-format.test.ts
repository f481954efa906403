/** The Parquet folder keeps the contract of `TableFormat`, and each clause finds the formats that break it. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import type { FeatureRow, FeatureTable, TableFormat } from '../../offline/feature-table.ts'
import { GuardedTable } from '../../offline/guarded-table.ts'
import { parquetFolder } from '../../offline/parquet/parquet-folder.ts'
import { checkClause } from './clauses.ts'
import { tableFormatClauses, testTableFormat } from './table-format.ts'

const folder = scratchFolder('table-format')
const location = (): string => mkdtempSync(join(folder, 'table-'))

testTableFormat('parquet', { format: parquetFolder, location })

/** Parquet folders whose tables differ in some methods. */
const broken = (change: (healthy: FeatureTable) => Partial<FeatureTable>): TableFormat => ({
  name: 'broken',
  async open(place, options) {
    const healthy = await parquetFolder.open(place, options)
    return {
      name: healthy.name,
      unit: healthy.unit,
      partitions: group => healthy.partitions(group),
      damageOf: (...args) => healthy.damageOf(...args),
      writer: scratch => healthy.writer(scratch),
      commit: written => healthy.commit(written),
      read: query => healthy.read(query),
      snapshots: () => healthy.snapshots(),
      close: () => healthy.close(),
      ...change(healthy),
    }
  },
})

/** Tables that read other rows. */
const reading = (change: (rows: readonly FeatureRow[]) => readonly FeatureRow[]): TableFormat =>
  broken(healthy => ({
    async *read(query) {
      for await (const rows of healthy.read(query)) yield change(rows)
    },
  }))

/** Each fault, and the clause that finds it. */
const faults: readonly (readonly [name: string, clause: RegExp, TableFormat])[] = [
  ['has a snapshot before the first commit', /^a new table/, broken(() => ({ snapshots: async () => [{ id: '0' }] }))],
  ['reads rows in another order', /^committed values/, reading(rows => rows.toReversed())],
  [
    'reads texts for numbers',
    /^committed values/,
    reading(rows => rows.map(row => ({ ...row, values: row.values.map(value => (typeof value === 'number' ? String(value) : value)) }))),
  ],
  [
    'ignores the order of features',
    /^committed values/,
    broken(healthy => ({ read: query => healthy.read({ ...query, features: query.features.toSorted() }) })),
  ],
  [
    'commits what it writes',
    /^nothing is visible/,
    broken(healthy => ({
      async writer(scratch) {
        const writer = await healthy.writer(scratch)
        const finish = writer.finish.bind(writer)
        return Object.assign(writer, {
          finish: async (...args: Parameters<typeof finish>) => {
            const written = await finish(...args)
            await healthy.commit([written])
            return written
          },
        })
      },
    })),
  ],
  ['forgets what it commits', /^nothing is visible/, broken(() => ({ commit: async () => {} }))],
  [
    'appends what is committed again',
    /^a commit that is repeated/,
    (() => {
      const commits = new Map<string, number>()
      return broken(healthy => ({
        async commit(written) {
          commits.set(healthy.name, (commits.get(healthy.name) ?? 0) + 1)
          await healthy.commit(written)
        },
        async *read(query) {
          for (let times = commits.get(healthy.name) ?? 0; times > 0; times--) yield* healthy.read(query)
        },
      }))
    })(),
  ],
  [
    'has a snapshot for each commit, whatever it holds',
    /^a commit that is repeated/,
    (() => {
      let commits = 0
      return broken(healthy => ({
        commit: async written => healthy.commit(written).finally(() => commits++),
        snapshots: async () => [{ id: String(commits) }],
      }))
    })(),
  ],
  ['has one snapshot for all contents', /^a column that is written again/, broken(() => ({ snapshots: async () => [{ id: 'same' }] }))],
  [
    'keeps the first value of a column',
    /^a column that is written again/,
    broken(healthy => ({
      async commit(written) {
        for (const each of written) {
          const stored = (await healthy.partitions(each.group))[each.partition]?.columns ?? {}
          await healthy.commit([{ ...each, columns: { ...each.columns, ...stored } }])
        }
      },
    })),
  ],
  [
    'leaves partitions without a feature out',
    /^a feature that is added later/,
    broken(healthy => ({
      async *read(query) {
        const stored = await healthy.partitions(query.group)
        const isWhole = Object.values(stored).every(({ columns }) => query.features.every(feature => `feature.${feature}` in columns))
        for await (const rows of healthy.read(query)) if (isWhole || rows.some(({ values }) => !values.includes(null))) yield rows
      },
    })),
  ],
  ['does not prune', /^a read gives the rows/, broken(healthy => ({ read: ({ group, features }) => healthy.read({ group, features }) }))],
  [
    'includes the end',
    /^a read gives the rows/,
    broken(healthy => ({ read: query => healthy.read({ ...query, ...(query.to !== undefined && { to: query.to + 1 }) }) })),
  ],
  [
    'mixes groups',
    /^groups are apart/,
    broken(healthy => ({ read: query => healthy.read({ ...query, group: query.group === 'none' ? 'other' : query.group }) })),
  ],
  ['finds damage everywhere', /^a committed column/, broken(() => ({ damageOf: async () => 'damaged' }))],
  ['finds no damage', /^a committed column/, broken(() => ({ damageOf: async () => undefined }))],
  ['takes any size of partitions', /^a table keeps/, { name: 'broken', open: place => parquetFolder.open(place) }],
]

for (const [name, clause, format] of faults)
  test(`a format that ${name} breaks '${clause.source.slice(1)} …'`, async () => {
    const { check } = tableFormatClauses.find(candidate => clause.test(candidate.clause))!
    await assert.rejects(check({ format, location }))
  })

test('every clause has a fault that it finds', () => {
  for (const { clause } of tableFormatClauses)
    assert.ok(
      faults.some(([, pattern]) => pattern.test(clause)),
      clause,
    )
})

test('a table that hangs fails the call with the clause, and a clause of a suite that hangs fails with both names', async () => {
  const hanging = await broken(() => ({ partitions: () => new Promise(() => {}) })).open(location())
  await assert.rejects(new GuardedTable('broken', hanging, 1).partitions('spending'), {
    code: 'SPILL_CONTRACT',
    message: /^broken table '.*' broke clause 'deadline' of its contract \(.*TABLE_CALL_MS\)\): partitions took longer than 1ms$/,
  })
  await hanging.close()
  const clause = { clause: 'a new table is empty', check: () => new Promise<void>(() => {}) }
  await assert.rejects(
    checkClause('broken', clause, undefined, 1),
    /^AssertionError.*broken has not ended the check of clause 'a new table is empty'/,
  )
})
