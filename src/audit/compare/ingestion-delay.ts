/** The usual ingestion delay of each feature group's source: what a freshness objective takes for granted, since the audited history had it. */
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { ReplayLog } from '../../replay/log.ts'

/** Events of a source that are looked at, evenly taken. */
const EVENTS = 10_000

/** From event time to arrival, ms, the median, by feature group. A source of which no arrival was recorded (each is the event's own time) has none. */
export function ingestionDelays({ groups }: Pick<PipelineIR, 'groups'>, { histories }: Pick<ReplayLog, 'histories'>): Map<string, number> {
  const found = new Map<string, number>()
  for (const { name, source } of groups) {
    const block = histories.get(source)?.block
    if (!block || block.length === 0) continue
    const step = Math.ceil(block.length / EVENTS)
    const delays: number[] = []
    for (let row = 0; row < block.length; row += step) delays.push(block.arrival[row] - block.time[row])
    if (delays.every(delay => delay === 0)) continue
    found.set(name, Float64Array.from(delays).toSorted()[delays.length >> 1])
  }
  return found
}
