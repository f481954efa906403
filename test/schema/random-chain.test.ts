import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../../src/columns/strings.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ColumnIR, FeatureIR, PipelineIR, SourceIR, Value } from '../../src/define/ir/ir.ts'
import { HistoryBuilder } from '../../src/intake/history-builder.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { valueAt } from '../../src/intake/row-reader.ts'
import { Log } from '../../src/log/log.ts'
import { SourceSchemas } from '../../src/log/schemas.ts'
import { ModelStore } from '../crash/model-store.ts'
import type { Case } from '../property/case.ts'
import { differences, outcomeOf } from '../property/compare.ts'
import { kernelEngine } from '../property/engines/kernel.ts'
import { oracleEngine } from '../property/engines/oracle.ts'
import { randomChain, type Chain } from './random-chain.ts'
import { sweep } from '../sweep.ts'

const CHAINS = sweep(60, 150)

/** Rows of the log under the last definition, written version by version by the intake and the log itself. */
async function loggedRows({ sources, sent }: Chain): Promise<Readonly<Record<string, Value>>[]> {
  const store = new ModelStore(undefined, true)
  for (const [at, source] of sources.entries()) {
    const strings = new Strings()
    const intake = new HistoryBuilder(source, { strings, onRejected: ({ detail }) => assert.fail(detail) })
    intake.validate(recordBatchOf(sent.filter(record => record.at === at).map(({ record }) => record)))
    const log = new Log(store, { sources: [source], stringsOf: () => strings })
    await store.commit({ schemas: log.schemas.added })
    await store.commit({
      segment: log.append({ sources: [{ source, block: intake.finish().block }], order: undefined, markers: [] }).stored,
    })
  }
  const [last, strings] = [sources.at(-1)!, new Strings()]
  const log = new Log(store, { sources: [last], stringsOf: () => strings })
  return [...log.segments(0, log.end)].flatMap(({ sources: [{ block }] }) =>
    Array.from({ length: block.length }, (_, row) =>
      Object.fromEntries(last.columns.map(column => [column.name, valueAt(block, column, row, strings)])),
    ),
  )
}

const eventsOf = (rows: readonly Readonly<Record<string, Value>>[]): LoggedEvent[] =>
  rows.map((row, offset) => ({ source: 'payments', partition: 0, offset, arrival: Number(row['at']), time: Number(row['at']), row }))

/** A case that reads each column of the last definition, for both cards, at the end. */
function caseOf(seed: number, source: SourceIR, rows: readonly Readonly<Record<string, Value>>[]): Case {
  const features = source.columns.flatMap(({ name, type, scale }): FeatureIR[] => {
    const common = { window: 'lifetime', hop: 1, input: { op: 'column', name, type, ...(scale !== undefined && { scale }) } } as const
    const isNumber = type === 'int' || type === 'decimal' || type === 'double'
    const own = { type, ...(scale !== undefined && { scale }) }
    return [
      { name: `last_${name}`, agg: 'last', ...own, ...common },
      ...(isNumber ? [{ name: `sum_${name}`, agg: 'sum' as const, ...own, ...common }] : []),
    ]
  })
  const group = { name: 'all', source: 'payments', entity: ['card'], key: ['card'], place: { kind: 'stream' }, features } as const
  const ir: PipelineIR = { version: 1, name: 'chain', sources: [source], groups: [group], models: [] }
  const asks = ['a', 'b'].map(key => ({ group: 'all', key: [key], prefix: rows.length, t: 1e9, place: { kind: 'stream' } as const }))
  return { seed, ir, log: eventsOf(rows), blocks: 3, asks }
}

test('events of any version are read as their records are, one step for each change; kernel and oracle agree on them', async () => {
  let [renames, fills] = [0, 0]
  for (let seed = 0; seed < CHAINS; seed++) {
    const chain = randomChain(seed)
    const last = chain.sources.at(-1)!
    const expected = chain.sent.map(({ row }) => Object.fromEntries(last.columns.map(({ name }) => [name, row[name] ?? null])))
    const rows = await loggedRows(chain)
    assert.deepEqual(rows, expected, `seed ${seed}`)
    const [upcast, read] = [caseOf(seed, last, expected), caseOf(seed, last, rows)]
    const reference = await outcomeOf(oracleEngine(), upcast)
    assert.deepEqual(differences(read, 'kernel', reference, await outcomeOf(kernelEngine(), read)), [], `seed ${seed}`)
    if (last.columns.some(({ aliases }) => aliases)) renames++
    if (last.columns.some(column => column.default !== undefined)) fills++
  }
  assert.ok(renames > CHAINS / 4 && fills > CHAINS / 4, `few chains rename (${renames}) or have defaults (${fills})`)
})

/** Definitions that would change what old events say: an earlier name dropped or used again, a default changed or dropped. */
function changedDefinitions({ columns }: SourceIR): (readonly ColumnIR[])[] {
  return columns.flatMap(column => {
    const { name, aliases = [], default: value, ...rest } = column
    const others = columns.filter(other => other !== column)
    const renamed = aliases.flatMap(alias => [
      [...others, { ...column, aliases: aliases.filter(other => other !== alias) }],
      [...others, { ...rest, name: alias, nullable: true, ...(value !== undefined && { default: value }) }],
    ])
    if (value === undefined) return renamed
    const changed = [...others, { ...column, default: typeof value === 'number' ? value + 1 : `${value}!` }]
    return [...renamed, changed, [...others, { ...rest, name, nullable: true, ...(aliases.length > 0 && { aliases }) }]]
  })
}

test('a definition that would change what old events say is rejected at every level, and the last one is not', () => {
  let rejected = 0
  for (let seed = 0; seed < CHAINS; seed++) {
    const { sources } = randomChain(seed)
    const last = sources.at(-1)!
    const schemas = () => sources.map(({ columns }, i) => ({ source: 'payments', version: i + 1, columns }))
    assert.deepEqual(new SourceSchemas({ schemas }, [last]).added, [])
    for (const columns of changedDefinitions(last)) {
      const changed = { ...last, columns, compatibility: 'NONE' as const }
      assert.throws(() => new SourceSchemas({ schemas }, [changed]), { code: 'SPILL_SCHEMA' }, `seed ${seed}: ${JSON.stringify(columns)}`)
      rejected++
    }
  }
  assert.ok(rejected > CHAINS, `few definitions were tried: ${rejected}`)
})
