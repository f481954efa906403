/** Selects the events of a source that are visible at a time, and those of them that count. One pass. */
import { type Block, countUpTo, sliceBlock } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { currentRows, isDeleted } from '../../kernel/index.ts'

/** The visible events of a source. */
export interface VisibleEvents {
  readonly source: SourceIR
  /** In order of arrival. */
  readonly block: Block
  /** 1 where an event is neither superseded nor deleted. */
  readonly counts: Uint8Array
}

/** The events visible at `at`, UTC ms; `history` is in order of arrival. */
export function visibleEventsAt(source: SourceIR, history: Block, at: number): VisibleEvents {
  const [length] = countUpTo(history.arrival, Float64Array.of(at))
  const block = sliceBlock(history, 0, length)
  const current = currentRows(source, block)
  const counts = new Uint8Array(length)
  if (current) for (const row of current) counts[row] = 1
  else for (let row = 0; row < length; row++) counts[row] = isDeleted(source, block, row) ? 0 : 1
  return { source, block, counts }
}
