import { SpillwayError } from '../base/errors.ts'
import type { Block, Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { ColumnIR, FeatureIR, Value } from '../define/ir.ts'
import type { Pipeline } from '../define/pipeline.ts'
import { Kernel } from '../kernel/kernel.ts'
import { placeAsks } from '../kernel/placement.ts'
import { rowsOf } from '../model/index.ts'
import { decide } from '../replay/decide.ts'
import { delivered } from '../replay/delivered.ts'
import type { TestLog } from './log.ts'
import type { TestDecision } from './run.ts'

/** The features of a group at a key, with everything sent known, at the log's clock. */
export function featuresAt(log: TestLog, name: string, key: readonly (string | number | boolean)[]): Record<string, unknown> {
  const { ir } = log.pipeline
  const group = ir.groups.find(candidate => candidate.name === name)
  if (!group) throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has no group '${name}'`)
  if (key.length !== group.key.length)
    throw new SpillwayError('SPILL_INPUT', `group '${name}' is keyed by ${group.key.join(', ')}; ${key.length} values were given`)
  const { histories, strings } = log.replay()
  const { block, source } = histories.get(group.source)!
  const placed = placeAsks(group.place, block, { prefix: Int32Array.of(block.length), clock: Float64Array.of(log.now), own: false })
  const kernel = new Kernel(group, source, { strings, floor: placed.floor })
  const keys = group.key.map((column, i) => keyColumn(source.columns.find(({ name }) => name === column)!, key[i]!, strings))
  const known: Block = { ...placed.block, length: placed.upto[0]! }
  const out = kernel.replay(trimmed(known), { length: 1, keys, upto: placed.upto, clock: placed.clock })
  return Object.fromEntries(group.features.map((feature, f) => [feature.name, valueOf(feature, out[f]!, strings)]))
}

/** The decisions of a model, as objects. */
export function decisionsOf({ ir, scores }: Pipeline, log: TestLog, name: string): TestDecision<unknown>[] {
  const model = ir.models.find(candidate => candidate.name === name)
  if (!model) throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has no model '${name}'`)
  const replayed = log.replay()
  const source = ir.sources.find(candidate => candidate.name === model.decide.source)!
  const keyType = source.columns.find(column => column.name === source.key)!
  const rowOf = rowsOf(model.inputs, replayed.strings)
  const decisions: TestDecision<unknown>[] = []
  for (const batch of decide({ ir, scores: scores as never }, model, replayed)) {
    for (let row = 0; row < batch.length; row++) {
      const refused = batch.refused.get(row)
      decisions.push({
        t: batch.t[row]!,
        key: cell(keyType, batch.key.values[row]!, replayed.strings),
        vector: rowOf(batch.vector, row),
        score: batch.score.nulls?.[row] ? null : batch.score.values[row]!,
        ...(refused !== undefined && { refused }),
      })
    }
  }
  return decisions
}

function keyColumn(column: ColumnIR, value: string | number | boolean, strings: Strings): Column {
  if ((column.type === 'string') !== (typeof value === 'string'))
    throw new SpillwayError('SPILL_INPUT', `key '${column.name}' is a ${column.type}, got ${JSON.stringify(value)}`)
  return typeof value === 'string' ? { values: Int32Array.of(strings.idOf(value)) } : { values: Float64Array.of(Number(value)) }
}

function valueOf(feature: FeatureIR, column: FeatureColumn, strings: Strings): Value | Value[] {
  if (column.refused?.[0]) throw new SpillwayError('SPILL_LIMIT', `feature '${feature.name}' was refused: its window holds more than its limit`)
  if (column.nulls?.[0]) return null
  const { values } = delivered(column, feature)
  if (!column.counts) return cell(feature, values[0]!, strings)
  return Array.from(values.subarray(0, column.counts[0]), value => cell(feature, value, strings))
}

function cell({ type }: { readonly type: string }, value: number, strings: Strings): string | number | boolean {
  if (type === 'string') return strings.textOf(value)
  return type === 'bool' ? value === 1 : value
}

function trimmed(block: Block): Block {
  const cut = <A extends Float64Array | Int32Array | Uint8Array>(values: A): A => values.subarray(0, block.length) as A
  return {
    length: block.length,
    time: cut(block.time),
    arrival: cut(block.arrival),
    position: cut(block.position),
    columns: Object.fromEntries(
      Object.entries(block.columns).map(([name, { values, nulls }]) => [name, { values: cut(values), nulls: nulls && cut(nulls) }]),
    ),
  }
}
