/** Cuts of a history: the known events that a snapshot contains (semantics, hybrid groups). */
import { limits } from '../../src/base/limits.ts'
import type { Block } from '../../src/columns/block.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { identityColumns } from '../../src/kernel/supersession.ts'
import type { Draw } from '../property/generate/draw.ts'

export const cutKinds = [
  'of nothing',
  'of everything',
  'anywhere',
  'between equal arrivals',
  'before a late event',
  'between a revision and its original',
  'of each partition somewhere else',
  'of any events at all',
] as const
export type CutKind = (typeof cutKinds)[number]

/**
 * Marks the rows of a block's first `visible` events that a snapshot contains; `undefined` if there is no cut of this kind. For a source with
 * `identity` it is a prefix of every partition, as offsets are, so that nothing in it supersedes later events.
 */
export function cutOf(kind: CutKind, source: SourceIR, block: Block, visible: number, draw: Draw): Uint8Array | undefined {
  const cut = drawCut(kind, source, block, visible, draw)
  return cut && (!source.identity || isOfOffsets(cut, block)) ? cut : undefined
}

function drawCut(kind: CutKind, source: SourceIR, block: Block, visible: number, draw: Draw): Uint8Array | undefined {
  const upTo = (count: number) => new Uint8Array(block.length).fill(1, 0, count)
  const oneOf = (isCut: (row: number) => boolean) => {
    const rows = Array.from({ length: Math.max(0, visible - 1) }, (_, i) => i + 1).filter(isCut)
    return rows.length > 0 ? upTo(draw.pick(rows)) : undefined
  }
  switch (kind) {
    case 'of nothing':
      return upTo(0)
    case 'of everything':
      return upTo(visible)
    case 'anywhere':
      return upTo(draw.between(0, visible))
    case 'between equal arrivals':
      return oneOf(row => block.arrival[row - 1] === block.arrival[row])
    case 'before a late event':
      return oneOf(row => block.time[row] < block.time[row - 1])
    case 'between a revision and its original': {
      const identities = identitiesOf(source, block)
      return identities && oneOf(row => identities[row] !== undefined && identities.indexOf(identities[row]) < row)
    }
    case 'of each partition somewhere else':
      return byPartition(block, visible, draw)
    case 'of any events at all':
      return Uint8Array.from(block.time, (_, row) => (row < visible && draw.chance(0.6) ? 1 : 0))
  }
}

/** By row, its identity as a text; undefined for rows without one. */
function identitiesOf(source: SourceIR, { length, columns }: Block): (string | undefined)[] | undefined {
  const names = identityColumns(source)
  if (names.length === 0) return undefined
  return Array.from({ length }, (_, row) =>
    names.some(name => columns[name].nulls?.[row]) ? undefined : names.map(name => columns[name].values[row]).join(),
  )
}

const partitionAt = ({ sourcePosition }: Block, row: number): number => Math.floor(sourcePosition[row] / limits.OFFSET_MAX)

/** Is every partition's part of the cut a prefix of the partition? */
function isOfOffsets(cut: Uint8Array, block: Block): boolean {
  const rows = Uint32Array.from(cut.keys()).sort((a, b) => block.sourcePosition[a] - block.sourcePosition[b])
  return rows.every((row, i) => i === 0 || cut[row] <= cut[rows[i - 1]] || partitionAt(block, row) !== partitionAt(block, rows[i - 1]))
}

function byPartition(block: Block, visible: number, draw: Draw): Uint8Array | undefined {
  const { length } = block
  const partitionOf = (row: number) => partitionAt(block, row)
  const partitions = [...new Set(Array.from({ length: visible }, (_, row) => partitionOf(row)))]
  if (partitions.length < 2) return undefined
  const ends = new Map(partitions.map(partition => [partition, draw.between(0, visible)]))
  return Uint8Array.from({ length }, (_, row) => (row < visible && row < ends.get(partitionOf(row))! ? 1 : 0))
}
