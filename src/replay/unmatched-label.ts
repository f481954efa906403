/**
 * Detects a label whose events concern no decision: its key never equals the key of a decision. All labels are then equal, and say nothing.
 *
 * Cost: mostly one batch of decisions and some events, since the first match ends the search; without a match one pass over both.
 */
import { show } from '../base/index.ts'
import type { ColumnData } from '../columns/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import { labelledColumn } from '../define/model/index.ts'
import type { ReplayLog } from './log.ts'

/**
 * Describes the mismatch if no event of the label's source has a key of a decision. `undefined` if one has, and without events or decisions.
 * `columns` are the parts of the column `labelledColumn` over all decisions.
 */
export function unmatchedLabel(
  ir: PipelineIR,
  model: ModelIR,
  { histories, strings }: Pick<ReplayLog, 'histories' | 'strings'>,
  columns: Iterable<ColumnData>,
): string | undefined {
  const label = model.label!
  const { source } = label
  const column = label.kind === 'from' ? label.join : label.key
  const events = histories.get(source)!.block.columns[column]
  let named: Set<number> | undefined
  let decided: number | undefined
  for (const decisions of columns) {
    decided ??= firstValue(decisions)
    if (!named) {
      // An event mostly concerns one of the first decisions, so this ends before all events are read.
      const first = new Set(valuesOf(decisions))
      for (const value of valuesOf(events)) if (first.has(value)) return undefined
      named = new Set(valuesOf(events))
    }
    for (const value of valuesOf(decisions)) if (named.has(value)) return undefined
  }
  const example = firstValue(events)
  if (example === undefined || decided === undefined) return undefined
  const text = (value: number): string => show(events.values instanceof Int32Array ? strings.textOf(value) : value)
  return (
    `no event of source '${source}' concerns a decision of model '${model.name}': '${column}' of '${source}' is, for example, ${text(example)}, ` +
    `and '${labelledColumn(ir, model).name}' of the decisions ${text(decided)}; check that both columns hold the same values`
  )
}

const firstValue = (column: ColumnData): number | undefined => valuesOf(column).next().value

/** The values that are not NULL. */
function* valuesOf({ values, nulls }: ColumnData): Generator<number, undefined> {
  for (let row = 0; row < values.length; row++) if (!nulls?.[row]) yield values[row]
}
