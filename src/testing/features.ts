/** Features of a group under test. */
import { SpillwayError } from '../base/index.ts'
import { type ColumnData, sliceBlock, type Strings } from '../columns/index.ts'
import type { FeatureColumn } from '../aggregate/index.ts'
import type { ColumnIR, FeatureIR, Value } from '../define/ir/index.ts'
import { Kernel, placeReads } from '../kernel/index.ts'
import { featureValue } from '../decision/index.ts'
import type { TestLog } from './log.ts'

/**
 * Features of a group at a key, from every event sent, as of the clock of the test.
 * @throws `SPILL_NOT_FOUND` for an unknown group, `SPILL_KEY` for a wrong key.
 */
export function testFeatures(log: TestLog, name: string, key: readonly (string | number | boolean)[]): Record<string, unknown> {
  const { ir } = log.pipeline
  const group = ir.groups.find(candidate => candidate.name === name)
  if (!group) throw new SpillwayError('SPILL_NOT_FOUND', `pipeline '${ir.name}' has no group '${name}'`)
  if (key.length !== group.key.length)
    throw new SpillwayError('SPILL_KEY', `group '${name}' is keyed by ${group.key.join(', ')}; ${key.length} values were given`)
  const { histories, strings } = log.replay()
  const { block, source } = histories.get(group.source)!
  const placed = placeReads(group.place, source, block, {
    prefix: Int32Array.of(block.length),
    time: Float64Array.of(log.now),
    own: false,
  })
  const kernel = new Kernel(group, source, { strings, watermark: placed.watermark })
  const keys = group.key.map((column, i) =>
    keyColumn(
      source.columns.find(({ name }) => name === column)!,
      key[i],
      strings,
    ),
  )
  const out = kernel.applyAndRead(sliceBlock(placed.block, 0, placed.upto[0]), { length: 1, keys, upto: placed.upto, asOf: placed.asOf })
  return Object.fromEntries(group.features.map((feature, f) => [feature.name, valueOf(group.name, feature, out[f], strings)]))
}

function keyColumn(column: ColumnIR, value: string | number | boolean, strings: Strings): ColumnData {
  if ((column.type === 'string') !== (typeof value === 'string'))
    throw new SpillwayError('SPILL_KEY', `key '${column.name}' is a ${column.type}, got ${JSON.stringify(value)}`)
  return typeof value === 'string' ? { values: Int32Array.of(strings.idOf(value)) } : { values: Float64Array.of(Number(value)) }
}

function valueOf(group: string, feature: FeatureIR, column: FeatureColumn, strings: Strings): Value | readonly Value[] {
  const outcome = featureValue(feature, column, strings)
  if ('value' in outcome) return outcome.value
  throw new SpillwayError(outcome.rejected.code, `feature '${group}.${feature.name}' is rejected: ${outcome.rejected.why}`)
}
