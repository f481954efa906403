import { reachOf } from './reach.ts'
import type { Measured, MeasuredGroup, MeasuredSource } from './measured.ts'
import { blockSlice } from '../../columns/slice.ts'
import type { Block } from '../../columns/block.ts'
import type { Strings } from '../../columns/strings.ts'
import type { Definitions } from '../../decision/scoring.ts'
import { groupReads } from '../../decision/reads.ts'
import type { GroupIR, ModelIR, SourceIR } from '../../define/ir/ir.ts'
import { Kernel } from '../../kernel/kernel.ts'
import { decide } from '../../replay/decide.ts'
import type { ReplayLog } from '../../replay/log.ts'

/** CPU seconds that this process has used, all threads. */
export const processSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

export interface Measuring {
  /** Replaced in tests. */
  readonly seconds?: () => number
  /** CPU seconds that it took to read, check and log all events of a source; 0 unless given. */
  readonly intakeSeconds?: ReadonlyMap<string, number>
  /** Bytes of all events of a source as they are stored; by their columns unless given. */
  readonly bytes?: ReadonlyMap<string, number>
  /** Decisions that led to something that is sent; 0 unless given. */
  readonly actions?: number
  readonly cpuSecondsATraining?: number
}

/** Events that one call applies. */
const SLICE = 1 << 16

/**
 * Measures what one model's history costs: each group of it by a kernel that is given all events of its source, and decisions by making them once, less what bringing the groups up to date took. Costs a
 * replay and an application of each group; nothing else may work in this process meanwhile, as CPU time is that of all its threads.
 */
export function measure(definitions: Definitions, model: ModelIR, log: ReplayLog, measuring: Measuring = {}): Measured {
  const { seconds = processSeconds, actions = 0, cpuSecondsATraining } = measuring
  const reads = groupReads(definitions.ir, model)
  const groups = new Map(reads.map(({ group }) => [group.name, measureGroup(group, log, seconds)]))
  const began = seconds()
  let decisions = 0
  for (const { length } of decide(definitions, model, log)) decisions += length
  const applying = reads.reduce((sum, { group }) => sum + groups.get(group.name)!.cpuSecondsAnEvent * eventsOf(group.source, log), 0)
  const deciding = Math.max(0, seconds() - began - applying)
  return {
    span: log.until - log.first,
    sources: new Map([...log.histories].map(([name, { source, block }]) => [name, measureSource(source, block, log.strings, measuring)])),
    groups,
    decisions,
    cpuSecondsADecision: decisions === 0 ? 0 : deciding / decisions,
    decidedBy: model.decide.kind === 'on' ? 'event' : model.decide.kind === 'every' ? 'tick' : 'request',
    actions,
    ...(cpuSecondsATraining === undefined ? {} : { cpuSecondsATraining }),
  }
}

const eventsOf = (source: string, log: ReplayLog): number => log.histories.get(source)!.block.length

function measureGroup(group: GroupIR, log: ReplayLog, seconds: () => number): MeasuredGroup {
  const { source, block } = log.histories.get(group.source)!
  const kernel = new Kernel(group, source, { strings: log.strings })
  const began = seconds()
  for (let from = 0; from < block.length; from += SLICE) kernel.apply(blockSlice(block, from, Math.min(block.length, from + SLICE)))
  const took = Math.max(0, seconds() - began)
  return {
    source: group.source,
    cpuSecondsAnEvent: block.length === 0 ? 0 : took / block.length,
    stateBytes: kernel.bytes,
    valueBytes: kernel.keys * (group.key.length + group.features.length) * 8,
    reach: reachOf(group),
  }
}

function measureSource(source: SourceIR, block: Block, strings: Strings, { intakeSeconds, bytes }: Measuring): MeasuredSource {
  const events = block.length
  const each = (whole: number | undefined) => (whole === undefined || events === 0 ? 0 : whole / events)
  const bytesAnEvent = bytes?.has(source.name) ? each(bytes.get(source.name)) : bytesByColumns(source, block, strings)
  return { events, bytesAnEvent, cpuSecondsAnEvent: each(intakeSeconds?.get(source.name)) }
}

/** Rows whose texts are looked at. */
const SAMPLE = 4096

/** Eight bytes a number, a text's own, and time, arrival and position; of the columns that the replay has kept, so it is a little low where there are others. */
function bytesByColumns(source: SourceIR, block: Block, strings: Strings): number {
  if (block.length === 0) return 0
  const texts = source.columns.filter(({ name, type }) => type === 'string' && name in block.columns)
  const step = Math.max(1, Math.floor(block.length / SAMPLE))
  let [bytes, rows] = [0, 0]
  for (let row = 0; row < block.length; row += step, rows++)
    for (const { name } of texts) {
      const { values, nulls } = block.columns[name]
      if (nulls?.[row] !== 1 && strings.has(values[row])) bytes += strings.lengthOf(values[row])
    }
  return 24 + 8 * (Object.keys(block.columns).length - texts.length) + bytes / rows
}
