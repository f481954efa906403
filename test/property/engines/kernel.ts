import { rejections, type FeatureColumn } from '../../../src/aggregate/partial/kernel-partial.ts'
import type { ErrorCode } from '../../../src/base/errors.ts'
import type { Block } from '../../../src/columns/block.ts'
import { Strings } from '../../../src/columns/strings.ts'
import type { FeatureIR, GroupIR, SourceIR, Value } from '../../../src/define/ir/ir.ts'
import { Kernel } from '../../../src/kernel/kernel.ts'
import { sourceOf, type Answer, type Case, type Engine } from '../case.ts'
import { columnOf, pieceOf } from './block.ts'
import { passesOf, type Pass } from './passes.ts'

/** Engine `kernel`: the reads of a case in as many passes over the events as there are orders in which they become visible. */
export function kernelEngine(): Engine {
  return { name: 'kernel', values: of => Promise.resolve(valuesInPieces(of, of.blocks)), close: () => {} }
}

/** Action on a kernel after the events of its block up to `to`: it continues, or another takes its place. */
export type AfterPiece = (kernel: Kernel, block: Block, to: number) => Kernel

/** The answers of kernels that process each pass in this many pieces; `restarts` returns the action after each piece. */
export function valuesInPieces(of: Case, pieces: number, restarts?: (making: () => Kernel) => AfterPiece): Answer[][] {
  const out: Answer[][] = Array.from({ length: of.asks.length })
  for (const group of of.ir.groups) {
    const source = sourceOf(of, group)
    const strings = new Strings()
    for (const pass of passesOf(of, group, strings)) run({ of, group, source, strings, pass, pieces, restarts }, out)
  }
  return out
}

interface RunningKernel {
  readonly of: Case
  readonly group: GroupIR
  readonly source: SourceIR
  readonly strings: Strings
  readonly pass: Pass
  readonly pieces: number
  readonly restarts: ((making: () => Kernel) => AfterPiece) | undefined
}

/** One pass, piece by piece: a kernel carries its state from block to block. */
function run({ of, group, source, strings, pass, pieces, restarts }: RunningKernel, out: Answer[][]): void {
  const making = () => new Kernel(group, source, { strings, exact: true, watermark: pass.watermark, sketchFrom: 1 })
  const after = restarts?.(making)
  let kernel = making()
  let row = 0
  for (let piece = 0; piece < pieces; piece++) {
    const [from, to] = [piece, piece + 1].map(part => Math.floor((part * pass.block.length) / pieces)) as [number, number]
    const first = row
    while (row < pass.asks.length && pass.upto[row] <= to) row++
    const columns = kernel.applyAndRead(pieceOf(pass.block, from, to), {
      length: row - first,
      keys: keyColumns(of, group, source, strings, pass.asks.slice(first, row)),
      upto: pass.upto.slice(first, row).map(count => count - from),
      uptoBefore: pass.uptoBefore.slice(first, row).map(count => count - from),
      asOf: pass.asOf.slice(first, row),
    })
    for (let i = first; i < row; i++) out[pass.asks[i]] = answersAt(group, columns, i - first, strings)
    if (after) kernel = after(kernel, pass.block, to)
  }
}

export function keyColumns(of: Case, group: GroupIR, source: SourceIR, strings: Strings, asks: readonly number[]) {
  return group.key.map((name, part) => {
    const { type } = source.columns.find(column => column.name === name)!
    return columnOf(
      type,
      asks.map(ask => of.asks[ask].key[part]!),
      strings,
    )
  })
}

/** The kernel's delivered answers in one row. */
export function answersAt(group: GroupIR, columns: readonly FeatureColumn[], row: number, strings: Strings): Answer[] {
  return group.features.map((feature, f) => answerAt(feature, columns[f], row, strings))
}

const codes: Record<number, ErrorCode> = {
  [rejections.range]: 'SPILL_RANGE',
  [rejections.limit]: 'SPILL_LIMIT',
  [rejections.evicted]: 'SPILL_CLOCK_EVICTED',
}

function answerAt(feature: FeatureIR, column: FeatureColumn, row: number, strings: Strings): Answer {
  const rejected = codes[column.rejected[row]]
  if (rejected) return { value: null, rejected }
  if (column.nulls[row]) return { value: null }
  const { values, width, counts, low } = column
  const item = (i: number) => delivered(feature, values[row * width + i], strings)
  if (counts) return { value: Array.from({ length: counts[row] }, (_, i) => item(i)) }
  const exact = low && feature.type !== 'double' && { exact: BigInt(values[row]) + BigInt(low[row]) }
  return { value: item(0), ...exact }
}

function delivered({ type, scale = 0 }: FeatureIR, value: number, strings: Strings): Value {
  if (type === 'string') return strings.textOf(value)
  return type === 'bool' ? value === 1 : value / 10 ** scale
}
