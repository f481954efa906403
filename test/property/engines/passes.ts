import type { Block } from '../../../src/columns/block.ts'
import type { Strings } from '../../../src/columns/strings.ts'
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { GroupIR, SourceIR } from '../../../src/define/ir/ir.ts'
import { placeReads } from '../../../src/kernel/placement.ts'
import { currentRows } from '../../../src/kernel/supersession.ts'
import { placeRequest } from '../../parity/placement.ts'
import { sourceOf, type Ask, type Case } from '../case.ts'
import { greatestArrivals } from '../generate/asks.ts'
import { blockOf } from './block.ts'

/** One pass of the kernel over a block of events. Row i answers `asks[i]` of the case. */
export interface Pass {
  readonly asks: readonly number[]
  readonly block: Block
  readonly watermark: 'arrival' | 'time'
  readonly upto: Int32Array
  readonly uptoBefore: Int32Array
  readonly asOf: Float64Array
}

/**
 * The reads of a group in passes. Decisions use the kernel's own mapping of placements, which expects arrivals that do not fall along the
 * log; all other reads are ordered here by their visible events.
 */
export function passesOf(of: Case, group: GroupIR, strings: Strings): Pass[] {
  const own = [...of.asks.keys()].filter(i => of.asks[i].group === group.name)
  const rising = of.log.every((event, i) => i === 0 || of.log[i - 1].arrival <= event.arrival)
  const isPlaced = (i: number) => rising && (of.asks[i].trigger !== undefined || of.asks[i].place.kind === 'corrected')
  const placements = Map.groupBy(own.filter(isPlaced), i => JSON.stringify([of.asks[i].place, isOwn(of, group, of.asks[i])]))
  return [
    ...[...placements.values()].flatMap(asks => risingRuns(of, asks).map(run => placedPass(of, group, run, strings))),
    ...orderedPasses(
      of,
      group,
      own.filter(i => !isPlaced(i)),
      strings,
    ),
  ]
}

const isOwn = (of: Case, group: GroupIR, { trigger }: Ask): boolean => trigger !== undefined && of.log[trigger].source === group.source

function placedPass(of: Case, group: GroupIR, asks: readonly number[], strings: Strings): Pass {
  const source = sourceOf(of, group)
  const before = [0]
  for (const event of of.log) before.push(before.at(-1)! + (event.source === source.name ? 1 : 0))
  const first = of.asks[asks[0]]
  const triggers = {
    prefix: Int32Array.from(asks, i => before[of.asks[i].prefix]),
    time: Float64Array.from(asks, i => of.asks[i].t),
    own: isOwn(of, group, first),
  }
  const events = of.log.filter(event => event.source === source.name)
  return { asks, ...placeReads(first.place, source, blockOf(source, events, strings), triggers) }
}

/** Reads in as few runs as possible in which prefixes and as-of times never fall. */
function risingRuns(of: Case, asks: readonly number[]): number[][] {
  const runs: number[][] = []
  const sorted = [...asks].sort((a, b) => of.asks[a].prefix - of.asks[b].prefix || of.asks[a].t - of.asks[b].t)
  for (const ask of sorted) {
    const run = runs.find(candidate => of.asks[candidate.at(-1)!].t <= of.asks[ask].t)
    if (run) run.push(ask)
    else runs.push([ask])
  }
  return runs
}

/** The visible events of reads only grow along a pass: with the prefix, or with the as-of time if that is below an arrival of `P`. */
function orderedPasses(of: Case, group: GroupIR, asks: readonly number[], strings: Strings): Pass[] {
  const reach = greatestArrivals(of.log)
  const isFrozen = ({ place, prefix, t }: Ask) =>
    place.kind === 'corrected' || ((place.kind === 'stream' || place.kind === 'hybrid') && t < reach[prefix])
  const orders = Map.groupBy(asks, i => {
    const ask = of.asks[i]
    return isFrozen(ask)
      ? `by time, of ${ask.place.kind === 'corrected' ? 'all' : ask.prefix}`
      : JSON.stringify([ask.place, isOwn(of, group, ask)])
  })
  return [...orders].flatMap(([order, members]) => {
    const byTime = order.startsWith('by time')
    return risingRuns(of, members).map(run => orderedPass(of, group, run, byTime, strings))
  })
}

/** The current events of a prefix. In order of time a kernel cannot tell which events supersede others, so this is decided before. */
function countingIn(
  source: SourceIR,
  own: readonly { readonly event: LoggedEvent; readonly i: number }[],
  prefix: number,
  strings: Strings,
): ReadonlySet<number> {
  const visible = own.filter(({ i }) => i < prefix)
  const block = blockOf(
    source,
    visible.map(({ event }) => event),
    strings,
  )
  return new Set([...(currentRows(source, block) ?? visible.keys())].map(row => visible[row].i))
}

function orderedPass(of: Case, group: GroupIR, asks: readonly number[], byTime: boolean, strings: Strings): Pass {
  const source = sourceOf(of, group)
  const cuts = asks.map(i => placeRequest(of.asks[i], of.asks[i].place, of.log.length))
  const firstToKnow = (event: LoggedEvent, i: number) =>
    cuts.findIndex(({ prefix, upto = Infinity, t }) => i < prefix && event.arrival <= upto && (!byTime || event.time <= t))
  const own = of.log.map((event, i) => ({ event, i, from: firstToKnow(event, i) })).filter(({ event }) => event.source === source.name)
  const counts = byTime ? countingIn(source, own, cuts[0].prefix, strings) : undefined
  const visible = own
    .filter(({ i, from }) => from !== -1 && (counts?.has(i) ?? true))
    .sort((a, b) => a.from - b.from || (byTime ? a.event.time - b.event.time : a.i - b.i))
  const upto = Int32Array.from(asks, (_, row) => visible.filter(({ from }) => from <= row).length)
  return {
    asks,
    block: blockOf(
      source,
      visible.map(({ event }) => event),
      strings,
    ),
    watermark: byTime ? 'time' : 'arrival',
    upto,
    // The triggering event is the last of its prefix: if it is visible, it is the last of those that just became visible.
    uptoBefore: upto.map((count, row) => (count > 0 && visible[count - 1].i === of.asks[asks[row]].trigger ? count - 1 : count)),
    asOf: Float64Array.from(cuts, cut => cut.t),
  }
}
