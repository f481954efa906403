import type { Block } from '../../../src/columns/block.ts'
import type { Kernel } from '../../../src/kernel/kernel.ts'
import type { Answer, Case, Engine } from '../case.ts'
import { Draw } from '../generate/draw.ts'
import { pieceOf } from './block.ts'
import { valuesInPieces, type AfterPiece } from './kernel.ts'

/** Additional pieces, so that slices are taken, and kernels discarded, in the middle of every case. */
const MORE_PIECES = 4

/**
 * Engine `restored`: the kernel, discarded again and again. Its state is saved in slices at different times and restored into a new kernel,
 * and the events after the lowest slice are applied to that one again. No answer may change.
 */
export function restoredEngine(): Engine {
  return { name: 'kernel-restored', values: of => Promise.resolve(restoredValues(of)), close: () => {} }
}

export function restoredValues(of: Case): Answer[][] {
  const draw = new Draw(of.seed)
  return valuesInPieces(of, of.blocks + MORE_PIECES, making => restartAfter(draw, making))
}

/** Slots [from, to) that are to be saved after this many further pieces. */
interface PlannedSlice {
  readonly from: number
  readonly to: number
  readonly wait: number
}

function restartAfter(draw: Draw, making: () => Kernel): AfterPiece {
  let plan: PlannedSlice[] = []
  let slices: Uint8Array[] = []
  let [waited, last] = [0, 0]
  return (kernel, block, to) => {
    if (waited === 0) {
      last = draw.between(0, 2)
      plan = planSlices(draw, kernel.keyCount, last)
    }
    for (const { from, to: end, wait } of plan) if (wait === waited) slices.push(kernel.save(from, end, to - 1).slice())
    if (waited++ < last) return kernel
    // Keys first seen since the first slice was taken may be in one, or come again with their events.
    const saved = plan.at(-1)?.to ?? 0
    if (draw.chance(0.5)) slices.push(kernel.save(saved, kernel.keyCount, to - 1).slice())
    const next = restoreKernel(making(), draw.shuffled(slices), block, to, draw.between(1, 3))
    slices = []
    waited = 0
    return next
  }
}

/** Up to three ranges that cover all slots, each with its time: one of them is the first, so that no key is lost. */
function planSlices(draw: Draw, keys: number, last: number): PlannedSlice[] {
  const cuts = [0, draw.between(0, keys), draw.between(0, keys), keys].sort((a, b) => a - b)
  const first = draw.between(0, 2)
  return [0, 1, 2].map(i => ({ from: cuts[i], to: cuts[i + 1], wait: i === first ? 0 : draw.between(0, last) }))
}

function restoreKernel(kernel: Kernel, slices: readonly Uint8Array[], block: Block, to: number, parts: number): Kernel {
  const first = Math.max(0, kernel.restore(slices).lowest + 1)
  for (let part = 0; part < parts; part++) {
    const [from, end] = [part, part + 1].map(at => first + Math.floor((at * (to - first)) / parts)) as [number, number]
    const sequence = Float64Array.from({ length: end - from }, (_, i) => from + i)
    kernel.catchUp(pieceOf(block, from, end), sequence)
  }
  kernel.finishCatchUp()
  return kernel
}
