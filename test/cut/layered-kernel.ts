/**
 * The kernel in two layers: a snapshot over a cut `C`, saved in slices and restored with texts of other ids, and a delta of all other
 * events. Its answers must equal those of one kernel without a cut (law 3).
 */
import { type Block, gatherBlock } from '../../src/columns/block.ts'
import { Strings } from '../../src/columns/strings.ts'
import type { GroupIR, SourceIR } from '../../src/define/ir/ir.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { sourceOf, type Answer, type Case, type Engine } from '../property/case.ts'
import { answersAt, keyColumns } from '../property/engines/kernel.ts'
import { passesOf, type Pass } from '../property/engines/passes.ts'
import { Draw } from '../property/generate/draw.ts'
import { cutKinds, cutOf, type CutKind } from './cuts.ts'

/** Planted faults of a snapshot or delta, which the proof must detect. */
export type Leak = 'an event in both layers' | 'an event in none'

export interface Layering {
  /** Called with each cut, and with the number of reads that two layers answered. */
  readonly onCut?: (kind: CutKind, asks: number) => void
  readonly leak?: Leak
  /** Seed of the cuts, in addition to that of the case. */
  readonly salt?: number
}

export function layeredEngine(options: Layering = {}): Engine {
  return { name: 'layered', values: of => Promise.resolve(layeredValues(of, options)), close: () => {} }
}

interface Layered {
  readonly of: Case
  readonly group: GroupIR
  readonly source: SourceIR
  readonly draw: Draw
  /** The reads, and the same events with other string ids. */
  readonly pass: Pass
  readonly strings: Strings
  readonly elsewhere: Block
  readonly others: Strings
}

function layeredValues(of: Case, options: Layering): Answer[][] {
  const out: Answer[][] = Array.from({ length: of.asks.length })
  const draw = new Draw((of.seed ^ (0x9e3779b9 * (1 + (options.salt ?? 0)))) >>> 0)
  for (const group of of.ir.groups) {
    const source = sourceOf(of, group)
    const [strings, others] = [seeded(draw, of), seeded(draw, of)]
    const [own, foreign] = [passesOf(of, group, strings), passesOf(of, group, others)]
    own.forEach((pass, i) => answer({ of, group, source, draw, pass, strings, elsewhere: foreign[i].block, others }, options, out))
  }
  return out
}

/** Strings in which the texts of a case have unusual ids. */
function seeded(draw: Draw, { log }: Case): Strings {
  const strings = new Strings()
  strings.idOf(`only here ${draw.between(0, 9)}`)
  for (const { row } of draw.shuffled(log))
    for (const value of Object.values(row)) if (typeof value === 'string' && draw.chance(0.7)) strings.idOf(value)
  return strings
}

/** Reads up to a first one are answered by one kernel, later ones by two layers, which others replace once or twice. */
function answer(layered: Layered, { onCut, leak }: Layering, out: Answer[][]): void {
  const { of, group, source, draw, pass, strings } = layered
  const { length } = pass.asks
  const swaps = [...new Set([draw.between(0, length - 1), draw.between(0, length - 1)])].sort((a, b) => a - b)
  let kernel = new Kernel(group, source, { strings, exact: true, watermark: pass.watermark, sketchFrom: 1 })
  // Rows of the block that the kernel in use has, or must not have because the snapshot has them.
  let applied: Uint8Array = new Uint8Array(pass.block.length)
  for (const [i, first] of [0, ...swaps].entries()) {
    const end = swaps[i] ?? length
    if (i > 0) {
      const kind = draw.pick(cutKinds)
      const visible = pass.uptoBefore[first]
      const cut = cutOf(kind, source, pass.block, visible, draw)
      if (cut) {
        ;({ kernel, applied } = twoLayers(layered, cut, pass.upto[first - 1] ?? 0, leak))
        onCut?.(kind, end - first)
      }
    }
    if (first === end) continue
    const rows = rowsOf(applied, pass.upto[end - 1])
    const before = (upto: number) => rows.filter(row => row < upto).length
    const columns = kernel.applyAndRead(part(pass.block, rows), {
      length: end - first,
      keys: keyColumns(of, group, source, strings, pass.asks.slice(first, end)),
      upto: pass.upto.slice(first, end).map(before),
      uptoBefore: pass.uptoBefore.slice(first, end).map(before),
      asOf: pass.asOf.slice(first, end),
    })
    for (const row of rows) applied[row] = 1
    for (let ask = first; ask < end; ask++) out[pass.asks[ask]] = answersAt(group, columns, ask - first, strings)
  }
}

/** A snapshot over the rows of a cut, and a delta with the others of the first `visible` ones in any order. */
function twoLayers(layered: Layered, cut: Uint8Array, visible: number, leak: Leak | undefined): { kernel: Kernel; applied: Uint8Array } {
  const { group, source, draw, pass, strings } = layered
  const kernel = new Kernel(group, source, { strings, exact: true, watermark: pass.watermark, sketchFrom: 1 })
  const snapshot = new Kernel(group, source, { strings, exact: true, watermark: pass.watermark, sketchFrom: 1, isSnapshot: true })
  kernel.setSnapshot(snapshot)
  const applied = cut.slice()
  const inCut = [...cut.keys()].filter(row => cut[row] === 1)
  const behind = draw.shuffled(rowsOf(applied, visible))
  for (const row of behind) applied[row] = 1
  if (leak === 'an event in both layers' && inCut.length > 0) behind.push(draw.pick(inCut))
  if (leak === 'an event in none' && inCut.length > 0) inCut.splice(draw.between(0, inCut.length - 1), 1)
  const half = draw.between(0, behind.length)
  // Events that come while a snapshot is made and restored are applied to the delta at once.
  kernel.apply(part(pass.block, behind.slice(0, half)))
  restoreInto(snapshot, layered, inCut)
  snapshot.finishSnapshot()
  kernel.apply(part(pass.block, behind.slice(half)))
  return { kernel, applied }
}

/** Fills a kernel with these rows under other string ids, and restores from its slices. */
function restoreInto(snapshot: Kernel, { group, source, draw, pass, elsewhere, others, strings }: Layered, rows: readonly number[]): void {
  const filled = new Kernel(group, source, { strings: others, exact: true, watermark: pass.watermark, sketchFrom: 1 })
  filled.apply(part(elsewhere, rows))
  const ids = Int32Array.from({ length: others.size }, (_, id) => strings.idOf(others.textOf(id)))
  const middle = draw.between(0, filled.keyCount)
  for (const [from, to] of [
    [0, middle],
    [middle, filled.keyCount],
  ])
    snapshot.appendSnapshotSlice(filled.save(from, to, 0).slice(), ids)
}

/** Rows below `to` that are not taken. */
const rowsOf = (applied: Uint8Array, to: number): number[] => [...applied.keys()].filter(row => row < to && applied[row] === 0)

/** Rows of a block, with their positions. */
const part = (block: Block, rows: readonly number[]): Block => gatherBlock(block, Uint32Array.from(rows))
