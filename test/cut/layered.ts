/**
 * The kernel in two layers: a body over a cut `C`, saved in slices and restored with texts of other ids, and a head that is given every other event. What it is asked
 * must be what one kernel says that knows no cut (law 3).
 */
import type { Block } from '../../src/columns/block.ts'
import { gatherBlock, gatherArray } from '../../src/columns/gather.ts'
import { Strings } from '../../src/columns/strings.ts'
import type { GroupIR, SourceIR } from '../../src/define/ir/ir.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { sourceOf, type Answer, type Case, type Engine } from '../property/case.ts'
import { answersAt, keyColumns } from '../property/engines/kernel.ts'
import { passesOf, type Pass } from '../property/engines/passes.ts'
import { Draw } from '../property/generate/draw.ts'
import { cutKinds, cutOf, type CutKind } from './cuts.ts'

/** What is wrong with a body or a head, to see that it is found. */
export type Leak = 'an event in both layers' | 'an event in none'

export interface Layering {
  /** Told of each cut, and of how many asks were answered by two layers. */
  readonly onCut?: (kind: CutKind, asks: number) => void
  readonly leak?: Leak
  /** The cuts of a case are those of its seed and this. */
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
  /** What is asked, and the same events for who has other ids. */
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

/** Strings in which the texts of a case have ids that are no others'. */
function seeded(draw: Draw, { log }: Case): Strings {
  const strings = new Strings()
  strings.idOf(`only here ${draw.between(0, 9)}`)
  for (const { row } of draw.shuffled(log))
    for (const value of Object.values(row)) if (typeof value === 'string' && draw.chance(0.7)) strings.idOf(value)
  return strings
}

/** Asks up to a first one are answered by one kernel, those behind it by two layers, and once or twice others take their places. */
function answer(layered: Layered, { onCut, leak }: Layering, out: Answer[][]): void {
  const { of, group, source, draw, pass, strings } = layered
  const { length } = pass.asks
  const swaps = [...new Set([draw.between(0, length - 1), draw.between(0, length - 1)])].sort((a, b) => a - b)
  let kernel = new Kernel(group, source, { strings, exact: true, watermark: pass.watermark, sketchFrom: 1 })
  // Rows of the block that the kernel in use has, or is not to have, being the body's.
  let taken: Uint8Array = new Uint8Array(pass.block.length)
  for (const [i, first] of [0, ...swaps].entries()) {
    const end = swaps[i] ?? length
    if (i > 0) {
      const kind = draw.pick(cutKinds)
      const known = pass.uptoBefore[first]
      const cut = cutOf(kind, source, pass.block, known, draw)
      if (cut) {
        ;({ kernel, taken } = twoLayers(layered, cut, pass.upto[first - 1] ?? 0, leak))
        onCut?.(kind, end - first)
      }
    }
    if (first === end) continue
    const rows = rowsOf(taken, pass.upto[end - 1])
    const before = (upto: number) => rows.filter(row => row < upto).length
    const columns = kernel.replay(part(pass.block, rows), {
      length: end - first,
      keys: keyColumns(of, group, source, strings, pass.asks.slice(first, end)),
      upto: pass.upto.slice(first, end).map(before),
      uptoBefore: pass.uptoBefore.slice(first, end).map(before),
      clock: pass.clock.slice(first, end),
    })
    for (const row of rows) taken[row] = 1
    for (let ask = first; ask < end; ask++) out[pass.asks[ask]] = answersAt(group, columns, ask - first, strings)
  }
}

/** A body over the rows of a cut, and a head onto it that has been given the other ones of the first `known` in any order. */
function twoLayers(layered: Layered, cut: Uint8Array, known: number, leak: Leak | undefined): { kernel: Kernel; taken: Uint8Array } {
  const { group, source, draw, pass, strings } = layered
  const kernel = new Kernel(group, source, { strings, exact: true, watermark: pass.watermark, sketchFrom: 1 })
  const body = new Kernel(group, source, { strings, exact: true, watermark: pass.watermark, sketchFrom: 1, isSnapshot: true })
  kernel.setSnapshot(body)
  const taken = cut.slice()
  const inCut = [...cut.keys()].filter(row => cut[row] === 1)
  const behind = draw.shuffled(rowsOf(taken, known))
  for (const row of behind) taken[row] = 1
  if (leak === 'an event in both layers' && inCut.length > 0) behind.push(draw.pick(inCut))
  if (leak === 'an event in none' && inCut.length > 0) inCut.splice(draw.between(0, inCut.length - 1), 1)
  const half = draw.between(0, behind.length)
  // What comes while a body is being made and restored is given to the head as it comes.
  kernel.apply(part(pass.block, behind.slice(0, half)))
  restoreInto(body, layered, inCut)
  body.finishRestore()
  kernel.apply(part(pass.block, behind.slice(half)))
  return { kernel, taken }
}

/** Makes a kernel with other texts what it is by these rows, and restores from its slices. */
function restoreInto(body: Kernel, { group, source, draw, pass, elsewhere, others, strings }: Layered, rows: readonly number[]): void {
  const made = new Kernel(group, source, { strings: others, exact: true, watermark: pass.watermark, sketchFrom: 1 })
  made.apply(part(elsewhere, rows))
  const ids = Int32Array.from({ length: others.size }, (_, id) => strings.idOf(others.textOf(id)))
  const middle = draw.between(0, made.keys)
  for (const [from, to] of [
    [0, middle],
    [middle, made.keys],
  ])
    body.appendSlice(made.save(from, to, 0).slice(), ids)
}

/** Rows below `to` that nobody has. */
const rowsOf = (taken: Uint8Array, to: number): number[] => [...taken.keys()].filter(row => row < to && taken[row] === 0)

/** Rows of a block, with the positions that they have. */
function part(block: Block, rows: readonly number[]): Block {
  const of = Uint32Array.from(rows)
  return { ...gatherBlock(block, of), position: gatherArray(block.position, of) }
}
