import type { FeatureColumn } from '../../src/aggregate/partial/kernel-partial.ts'
import type { Block } from '../../src/columns/block.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'

/** Applies events to a kernel, and reads each event's key at its arrival: the features as of its append. `into` as for `Kernel.applyAndRead`. */
export function step(kernel: Kernel, block: Block, into?: FeatureColumn[]): FeatureColumn[] {
  const [upto, uptoBefore] = [new Int32Array(block.length), new Int32Array(block.length)]
  for (let event = 0; event < block.length; event++) {
    upto[event] = event + 1
    uptoBefore[event] = event
  }
  const keys = kernel.group.key.map(name => block.columns[name])
  return kernel.applyAndRead(block, { length: block.length, keys, upto, uptoBefore, asOf: block.arrival }, into)
}
