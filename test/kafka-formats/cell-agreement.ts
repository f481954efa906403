/** Agreement of the two paths of a format: records that are decoded into cells, and records that become objects first. */
import assert from 'node:assert/strict'
import { type Random, random } from '../../src/base/random.ts'
import type { StrictOmit } from '../../src/base/strict-omit.ts'
import { Strings } from '../../src/columns/strings.ts'
import type { ColumnIR, SourceIR } from '../../src/define/ir/ir.ts'
import { HistoryBuilder } from '../../src/intake/history-builder.ts'
import type { RecordBatch } from '../../src/intake/record-batch.ts'
import type { SourceRejection } from '../../src/intake/rejection.ts'
import { valueAt } from '../../src/intake/row-reader.ts'
import { SymbolBytes } from '../../src/kafka/format/cell-columns.ts'
import { RegisteredFormat } from '../../src/kafka/format/registered-format.ts'
import type { CellSource, CompiledSchema, TopicValues } from '../../src/kafka/format/value-format.ts'
import { SchemaCache } from '../../src/kafka/registry/schema-cache.ts'
import { sourceIR } from '../source-ir.ts'
import { framedValue } from './test-registry.ts'

const ID = 1

/** Counts of records. */
export interface CellCounts {
  rows: number
  rejected: number
  cells: number
}

/** A random source of records with these fields. Its key is `k` and its time `at`. */
export function randomSource(fields: readonly string[], seed: number): SourceIR {
  const draw = random(seed)
  const columns = fields.flatMap((name): ColumnIR[] => {
    if (name === 'k' || name === 'at' || draw() < 0.4) return []
    const renamed = draw() < 0.15
    return [{ ...randomColumn(draw), name: renamed ? `${name}_renamed` : name, ...(renamed && { aliases: [name] }) }]
  })
  const missing: ColumnIR[] = draw() < 0.3 ? [{ ...randomColumn(draw), name: 'nowhere' }] : []
  const key: ColumnIR = { name: 'k', type: 'string', nullable: false }
  const time: ColumnIR = { name: 'at', type: 'timestamp', nullable: false }
  return sourceIR([key, ...columns, time, ...missing])
}

function randomColumn(draw: Random): StrictOmit<ColumnIR, 'name'> {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(draw() * items.length)]
  const type = pick(['int', 'double', 'decimal', 'timestamp', 'duration', 'bool', 'string', 'string', 'int'] as const)
  const isText = type === 'string'
  const fallback = isText ? 'text' : type === 'bool' ? true : 7
  return {
    type,
    nullable: draw() < 0.8,
    ...(type === 'decimal' && { scale: 2 }),
    ...(type === 'timestamp' && draw() < 0.5 && { zone: 'Europe/Zurich' }),
    ...(isText && draw() < 0.2 && { values: ['A', 'B', 'WEB', 'text'] }),
    ...(isText && draw() < 0.2 && { maxBytes: 5 }),
    ...((type === 'int' || type === 'double') && draw() < 0.2 && { min: 0 }),
    ...(draw() < 0.3 && { default: fallback }),
  }
}

/** Fails unless both paths give the same rows and rejections of the values. `counts` are added to. */
export async function assertSameRows(
  compile: (cellSource?: CellSource) => CompiledSchema,
  source: SourceIR,
  values: readonly Buffer[],
  label: string,
  counts: CellCounts,
): Promise<void> {
  const cellSource = { source, symbols: new SymbolBytes() }
  const [fast, general] = [await batchOf(compile(cellSource), values, cellSource), await batchOf(compile(), values)]
  const [result, expected] = [rowsOf(source, fast), rowsOf(source, general)]
  assert.deepEqual(result, expected, label)
  counts.rows += expected.rows.length
  counts.rejected += expected.rejected.length
  counts.cells += fast.cells!.isRead.filter(isRead => isRead === 1).length
}

function batchOf(compiled: CompiledSchema, values: readonly Buffer[], cellSource?: CellSource): Promise<RecordBatch> {
  const client = { place: 'test', schema: () => Promise.resolve({ type: 'AVRO', text: '', references: [] }) }
  const cache = new SchemaCache({ client, compile: () => compiled, onWarning: assert.fail })
  return new RegisteredFormat(cache, cellSource).batchOf(
    topicValuesOf(values.map(value => framedValue(ID, value))),
    new AbortController().signal,
  )
}

/** Values of a topic, one behind the other, at the offsets from 100 on. */
export function topicValuesOf(values: readonly Buffer[], headers: readonly string[] = []): TopicValues {
  const ends: number[] = []
  for (const value of values) ends.push((ends.at(-1) ?? 0) + value.length)
  return {
    bytes: Buffer.concat(values),
    starts: ends.map((end, i) => end - values[i].length),
    ends,
    offsets: values.map((_, i) => 100 + i),
    placeOf: offset => `kafka:p#0 offset ${offset}`,
    headerNames: () => headers,
  }
}

/** The rows of a batch, and its rejected records. */
export function rowsOf(source: SourceIR, batch: RecordBatch) {
  const strings = new Strings()
  const rejections: SourceRejection[] = []
  const history = new HistoryBuilder(source, { strings, onRejected: rejection => rejections.push(rejection) })
  history.validate(batch)
  const { block } = history.finish()
  return {
    rows: Array.from({ length: block.length }, (_, row) => source.columns.map(column => valueAt(block, column, row, strings))),
    rejected: [...batch.undecodable, ...rejections].map(({ place, detail }) => `${place}: ${detail}`),
    raw: rejections.map(({ raw, form }) => ({ raw, form })),
  }
}
