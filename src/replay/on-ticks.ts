/**
 * `every(T, entity, { live })`: the ticks of a history, and the keys that are live at each (semantics §4).
 *
 * Ticks at which no key is live are passed over, so that a long silence costs nothing. 8 bytes a tick; what is live is found on the way.
 */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Column } from '../columns/block.ts'
import { columnSlice } from '../columns/slice.ts'
import { LiveKeys } from '../decision/live-keys.ts'
import { keyOrder, tellersOf, type Every } from '../decision/tellers.ts'
import type { ModelIR, PipelineIR } from '../define/ir.ts'
import type { ReplayLog } from './log.ts'
import { countUpTo, type Stretch, type Triggering } from './triggering.ts'

/** Events that tell: of whom, and when. */
interface Telling {
  readonly key: Column
  readonly time: Float64Array
  readonly arrival: Float64Array
}

/** Throws `SPILL_REVISION` where an event that tells may be superseded, and `SPILL_LIMIT` past REPLAY_TICKS_MAX ticks. */
export function onTicks(
  ir: PipelineIR,
  model: ModelIR,
  decide: Every,
  log: ReplayLog,
  ticksMax: number = limits.REPLAY_TICKS_MAX,
): Triggering {
  const tellers = tellersOf(ir, model, decide).map(({ source, key }): Telling => {
    const { time, arrival, columns } = log.histories.get(source)!.block
    return { key: columns[key], time, arrival }
  })
  const t = liveTicks(decide, tellers, log, ticksMax)
  return {
    moments: { t, prefixes: source => countUpTo(log.histories.get(source)!.block.arrival, t), source: undefined },
    stretches: size => tickStretches(decide, tellers, t, log, size),
  }
}

/** The ticks at which a key is live: those not too long after the newest event time that is known. */
function liveTicks({ every, live }: Every, tellers: readonly Telling[], { first, until }: ReplayLog, ticksMax: number): Float64Array {
  const ticks: number[] = []
  const next = tellers.map(() => 0)
  let newest = -Infinity
  for (let t = atOrAfter(first, every); t <= until;) {
    tellers.forEach(({ key, time, arrival }, i) => {
      let row = next[i]
      for (; row < arrival.length && arrival[row] <= t; row++) if (!key.nulls?.[row] && time[row] > newest) newest = time[row]
      next[i] = row
    })
    const isLive = newest >= t - live
    if (isLive) ticks.push(t)
    if (ticks.length > ticksMax)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `more than ${ticksMax} ticks of one model (REPLAY_TICKS_MAX); tick less often, or replay a shorter history`,
      )
    const silence = Math.min(...tellers.map(({ arrival }, i) => arrival[next[i]] ?? Infinity))
    t = isLive ? t + every : Math.max(t + every, atOrAfter(silence, every))
  }
  return Float64Array.from(ticks)
}

/** The first multiple of `every` at or after a moment. */
const atOrAfter = (moment: number, every: number): number => Math.ceil(moment / every) * every + 0

/** A decision for each tick and each key live at it, in order of both. */
function* tickStretches(
  decide: Every,
  tellers: readonly Telling[],
  ticks: Float64Array,
  { strings }: ReplayLog,
  size: number,
): Generator<Stretch> {
  const keys = new LiveKeys(decide.live, keyOrder(decide, strings))
  const seen = tellers.map(() => 0)
  const values = decide.column.type === 'string' ? new Int32Array(size) : new Float64Array(size)
  const moment = new Int32Array(size)
  let length = 0
  const stretch = (): Stretch => {
    const filled = { length, moment: moment.slice(0, length), key: { values: values.slice(0, length) } }
    length = 0
    return { ...filled, from: filled.moment[0], to: filled.moment.at(-1)! + 1, columnOf: () => filled.key }
  }
  for (let tick = 0; tick < ticks.length; tick++) {
    tellers.forEach(({ key, time, arrival }, i) => {
      const from = seen[i]
      let to = from
      while (to < arrival.length && arrival[to] <= ticks[tick]) to++
      if (to > from) keys.see(columnSlice(key, from, to), time.subarray(from, to))
      seen[i] = to
    })
    const live = keys.at(ticks[tick])
    for (let row = 0; row < live.length; row++) {
      values[length] = live[row]!
      moment[length++] = tick
      if (length === size) yield stretch()
    }
  }
  if (length > 0) yield stretch()
}
