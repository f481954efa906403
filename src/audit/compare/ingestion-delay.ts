/** Median ingestion delay of each feature group's source. A freshness objective includes this delay, since the audited history had it. */
import type { PipelineIR } from '../../define/ir/index.ts'
import type { ReplayLog } from '../../replay/index.ts'

/** Events sampled per source, evenly spaced. */
const SAMPLED_EVENTS = 10_000

/**
 * Median of arrival less event time, ms, by feature group. Sources whose arrival always equals the event time have no recorded arrivals and
 * are left out.
 */
export function ingestionDelays({ groups }: Pick<PipelineIR, 'groups'>, { histories }: Pick<ReplayLog, 'histories'>): Map<string, number> {
  const medians = new Map<string, number>()
  for (const { name, source } of groups) {
    const block = histories.get(source)?.block
    if (!block || block.length === 0) continue
    const step = Math.ceil(block.length / SAMPLED_EVENTS)
    const delays: number[] = []
    for (let row = 0; row < block.length; row += step) delays.push(block.arrival[row] - block.time[row])
    if (delays.every(delay => delay === 0)) continue
    medians.set(name, Float64Array.from(delays).toSorted()[delays.length >> 1])
  }
  return medians
}
