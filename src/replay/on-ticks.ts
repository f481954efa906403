/**
 * Builds the triggers of `every(T, entity, { live })`: the ticks of a history, and the active keys of each (semantics, decisions and
 * placements).
 *
 * Ticks without an active key are skipped, so a long silence costs nothing. 8 bytes per tick; active keys are found as batches are
 * made.
 */
import { SpillwayError, limits } from '../base/index.ts'
import { type Block, type ColumnData, countUpTo, sliceBlock } from '../columns/index.ts'
import { livenessColumns, type EveryTrigger, TickKeys } from '../decision/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import { identityColumns } from '../kernel/index.ts'
import type { ReplayLog } from './log.ts'
import type { TriggerBatch, TriggerSchedule } from './decision-points.ts'

/** The events of a source that determines liveness, with their key columns and those for revisions. */
interface LivenessEvents {
  readonly source: string
  readonly keys: readonly ColumnData[]
  readonly block: Block
}

/** The triggers of a model that decides at ticks. Throws `SPILL_LIMIT` past REPLAY_TICKS_MAX ticks. */
export function onTicks(
  ir: PipelineIR,
  model: ModelIR,
  decide: EveryTrigger,
  log: ReplayLog,
  ticksMax: number = limits.REPLAY_TICKS_MAX,
): TriggerSchedule {
  return onTimes(ir, model, decide, log, liveTicks(decide, livenessEvents(ir, model, decide, log), log, ticksMax))
}

/** The triggers at these times, UTC ms in order, including times without an active key, which have no decision. */
export function onTimes(ir: PipelineIR, model: ModelIR, decide: EveryTrigger, log: ReplayLog, t: Float64Array): TriggerSchedule {
  const sources = livenessEvents(ir, model, decide, log)
  return {
    points: { t, prefixes: source => countUpTo(log.histories.get(source)!.block.arrival, t), source: undefined },
    batches: size => tickBatches(new TickKeys(ir, model, decide, log.strings), decide, sources, t, size),
  }
}

function livenessEvents(ir: PipelineIR, model: ModelIR, decide: EveryTrigger, log: ReplayLog): LivenessEvents[] {
  return [...Map.groupBy(livenessColumns(ir, model, decide), ({ source }) => source)].map(([source, columns]): LivenessEvents => {
    const { block, source: of } = log.histories.get(source)!
    const names = [...columns.map(({ key }) => key), ...identityColumns(of), ...(of.deleted === undefined ? [] : [of.deleted])]
    return {
      source,
      keys: columns.map(({ key }) => block.columns[key]),
      block: { ...block, columns: Object.fromEntries(names.map(name => [name, block.columns[name]])) },
    }
  })
}

/** The ticks at which a key may be active: those at most `live` after the newest visible event time. */
function liveTicks(
  { every, live }: EveryTrigger,
  sources: readonly LivenessEvents[],
  { first, until }: ReplayLog,
  ticksMax: number,
): Float64Array {
  const ticks: number[] = []
  const next = sources.map(() => 0)
  let newest = -Infinity
  for (let t = atOrAfter(first, every); t <= until;) {
    sources.forEach(({ keys, block: { time, arrival } }, i) => {
      let row = next[i]
      for (; row < arrival.length && arrival[row] <= t; row++)
        if (time[row] > newest && keys.some(key => !key.nulls?.[row])) newest = time[row]
      next[i] = row
    })
    const isActive = newest >= t - live
    if (isActive) ticks.push(t)
    if (ticks.length > ticksMax)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `more than ${ticksMax} ticks of one model (REPLAY_TICKS_MAX); tick less often, or replay a shorter history`,
      )
    const silence = Math.min(...sources.map(({ block: { arrival } }, i) => arrival[next[i]] ?? Infinity))
    t = isActive ? t + every : Math.max(t + every, atOrAfter(silence, every))
  }
  return Float64Array.from(ticks)
}

/** The first multiple of `every` at or after a time. */
const atOrAfter = (t: number, every: number): number => Math.ceil(t / every) * every + 0

/** Batches of one decision per tick and active key, in order of both. */
function* tickBatches(
  keys: TickKeys,
  decide: EveryTrigger,
  sources: readonly LivenessEvents[],
  ticks: Float64Array,
  size: number,
): Generator<TriggerBatch> {
  const starts = sources.map(() => 0)
  const values = decide.column.type === 'string' ? new Int32Array(size) : new Float64Array(size)
  const pointOf = new Int32Array(size)
  let length = 0
  const batch = (): TriggerBatch => {
    const points = pointOf.slice(0, length)
    const key = { values: values.slice(0, length) }
    const filled: TriggerBatch = { length, from: points[0], to: points.at(-1)! + 1, point: points, columnOf: () => key }
    length = 0
    return filled
  }
  for (let tick = 0; tick < ticks.length; tick++) {
    sources.forEach(({ source, block }, i) => {
      const from = starts[i]
      let to = from
      while (to < block.length && block.arrival[to] <= ticks[tick]) to++
      if (to > from) keys.add(source, sliceBlock(block, from, to))
      starts[i] = to
    })
    const live = keys.activeAt(ticks[tick])
    for (let row = 0; row < live.length; row++) {
      values[length] = live[row]!
      pointOf[length++] = tick
      if (length === size) yield batch()
    }
  }
  if (length > 0) yield batch()
}
