/** Supersession while the events of a label's source are read in order of arrival. */
import { type Block, RowIndex } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { identityColumns } from '../../kernel/index.ts'

/**
 * Finds the row that a row supersedes, −1 if there is none; rows come in order. All events of an identity are in one partition, where the
 * greater source position is the later revision.
 */
export function supersession(source: SourceIR, block: Block): (row: number) => number {
  if (!source.identity) return () => -1
  const identities = new RowIndex(
    identityColumns(source).map(name => block.columns[name]),
    block.length,
  )
  return row => {
    if (identities.hasNull(row)) return -1
    const superseded = identities.find(row)
    identities.put(row)
    return superseded
  }
}
