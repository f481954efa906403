/** Measures a history for the cost model: the processing of one model's pipeline, and the arrival times. */
import type { ArrivalTrace, MeasuredWork, MeasuredGroup, MeasuredSource } from './cost-inputs.ts'
import { sliceBlock, type Block, type ColumnData, type Strings } from '../../columns/index.ts'
import { type ScoringDefinitions, groupReads } from '../../decision/index.ts'
import type { GroupIR, ModelIR, SourceIR } from '../../define/ir/index.ts'
import { Kernel } from '../../kernel/index.ts'
import { decide, type ReplayLog } from '../../replay/index.ts'

/** CPU seconds that this process has used, over all threads. */
export const processSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Options of `measure`. */
export interface MeasureOptions {
  /** Replacement for the CPU clock in tests. */
  readonly seconds?: () => number
  /** CPU seconds spent on reading, validating and logging all events of a source; 0 by default. */
  readonly intakeSeconds?: ReadonlyMap<string, number>
  /** Decisions that led to a sent effect; 0 by default. */
  readonly actions?: number
}

/** Events per call of the kernel. */
const SLICE = 1 << 16

/**
 * Measures the processing cost of one model's history. A kernel applies all events of each feature group's source. Decisions are made once,
 * less the time of those applications.
 *
 * Costs one replay and one application per group. Nothing else may run in this process meanwhile, since CPU time covers all threads.
 *
 * @example
 * const measured = measure(pipeline, pipeline.ir.models[0], log, { actions: 120 })
 * measured.cpuSecondsPerDecision // CPU seconds of reading the features and scoring
 */
export function measure(definitions: ScoringDefinitions, model: ModelIR, log: ReplayLog, measuring: MeasureOptions = {}): MeasuredWork {
  const { seconds = processSeconds, actions = 0, intakeSeconds } = measuring
  const reads = groupReads(definitions.ir, model)
  const groups = new Map(reads.map(({ group }) => [group.name, measureGroup(group, log, seconds)]))
  const began = seconds()
  let decisions = 0
  for (const { length } of decide(definitions, model, log)) decisions += length
  const applying = reads.reduce(
    (sum, { group }) => sum + groups.get(group.name)!.cpuSecondsPerEvent * log.histories.get(group.source)!.block.length,
    0,
  )
  const decisionSeconds = Math.max(0, seconds() - began - applying)
  const sources = [...log.histories].map(
    ([name, { source, block }]) => [name, measureSource(source, block, log.strings, intakeSeconds?.get(name))] as const,
  )
  return {
    span: log.until - log.first,
    sources: new Map(sources),
    groups,
    decisions,
    cpuSecondsPerDecision: decisions === 0 ? 0 : decisionSeconds / decisions,
    decidedBy: model.decide.kind === 'on' ? 'event' : model.decide.kind === 'every' ? 'tick' : 'request',
    actions,
  }
}

function measureGroup(group: GroupIR, log: ReplayLog, seconds: () => number): MeasuredGroup {
  const { source, block } = log.histories.get(group.source)!
  const kernel = new Kernel(group, source, { strings: log.strings })
  const began = seconds()
  for (let from = 0; from < block.length; from += SLICE) kernel.apply(sliceBlock(block, from, Math.min(block.length, from + SLICE)))
  const cpuSeconds = Math.max(0, seconds() - began)
  return {
    source: group.source,
    cpuSecondsPerEvent: block.length === 0 ? 0 : cpuSeconds / block.length,
    stateBytes: kernel.bytes,
    valueBytes: kernel.keyCount * (group.key.length + group.features.length) * 8,
    reach: batchWindowReach(group),
  }
}

/** Length of the longest window of a group, including its hop, ms; Infinity for a lifetime window and for a table. */
export const batchWindowReach = ({ features }: GroupIR): number =>
  features.reduce((most, { window, hop, agg }) => Math.max(most, window === 'lifetime' || agg === 'row' ? Infinity : window + hop), 0)

const measureSource = (source: SourceIR, block: Block, strings: Strings, cpuSeconds = 0): MeasuredSource => ({
  events: block.length,
  bytesPerEvent: bytesByColumns(source, block, strings),
  cpuSecondsPerEvent: block.length === 0 ? 0 : cpuSeconds / block.length,
})

/** Rows sampled for the length of texts. */
const SAMPLED_ROWS = 4096

/**
 * Eight bytes a number, the bytes of each text, and 24 for time, arrival and position. Only columns that the replay kept count, so the
 * result is slightly low if there are others.
 */
function bytesByColumns(source: SourceIR, block: Block, strings: Strings): number {
  if (block.length === 0) return 0
  const texts = source.columns.filter(({ name, type }) => type === 'string' && name in block.columns)
  const step = Math.max(1, Math.floor(block.length / SAMPLED_ROWS))
  let [bytes, rows] = [0, 0]
  for (let row = 0; row < block.length; row += step, rows++)
    for (const { name } of texts) {
      const { values, nulls } = block.columns[name]
      if (nulls?.[row] !== 1 && strings.has(values[row])) bytes += strings.lengthOf(values[row])
    }
  return 24 + 8 * (Object.keys(block.columns).length - texts.length) + bytes / rows
}

/**
 * The arrivals of a history, with the times of its decisions, sorted, UTC ms.
 *
 * @example
 * const trace = arrivalTraceOf(log, Float64Array.of(log.until))
 */
export function arrivalTraceOf(log: ReplayLog, decisions: Float64Array): ArrivalTrace {
  const sources = [...log.histories].map(
    ([name, { source, block }]) => [name, { at: block.arrival, key: keyHashes(block.columns[source.key], block.length) }] as const,
  )
  return {
    from: Math.min(log.first, decisions[0] ?? Infinity),
    until: Math.max(log.until, decisions.at(-1) ?? -Infinity),
    sources: new Map(sources),
    decisions: { at: decisions },
  }
}

/** Hashes each key to 32 bits. A text is represented by its id. */
function keyHashes(column: ColumnData | undefined, length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, row) => mix32(column ? column.values[row] : row))
}

/** Finalizer of MurmurHash3 (Appleby 2011), over the low and the high bits of an integer. */
function mix32(value: number): number {
  let mixed = (value | 0) ^ Math.imul(Math.floor(value / 2 ** 32) | 0, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
