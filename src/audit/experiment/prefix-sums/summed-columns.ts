/** Features of a group read that can be taken from prefix sums, to the bit what a replay gives. */
import type { FeatureColumn } from '../../../aggregate/aggregate.ts'
import type { GroupRead } from '../../../decision/reads.ts'
import { refuseIncomplete } from '../../../kernel/incomplete.ts'
import type { Placed } from '../../../kernel/placement.ts'
import { placedIn } from '../../../replay/feed.ts'
import type { ReplayLog } from '../../../replay/log.ts'
import { ofDecisions, type Moments } from '../../../replay/triggering.ts'
import { sharedColumn } from '../feature-columns.ts'
import { stretchOf, type Rows } from '../rows.ts'
import { readSums, type SumAsks } from './sum-reads.ts'
import type { SummedGroups } from './summed-groups.ts'

/** By feature of the group its column; none where a replay has to say. */
export function summedColumns(read: GroupRead, rows: Rows, log: ReplayLog, groups: SummedGroups): readonly (FeatureColumn | undefined)[] {
  const { features } = read.group
  const { source } = log.histories.get(read.group.source)!
  const out: (FeatureColumn | undefined)[] = features.map(() => undefined)
  const { block, isInOrder, asks } = askedOf(read, rows, log)
  const summed = groups.of(read.group, source, block, log.strings)
  if (summed.units.length === 0 || !isInOrder) return out
  const made = summed.units.flatMap(({ unit }) => unit.readers.map(({ index }) => index))
  const columns = made.map(index => (out[index] = sharedColumn(features[index], rows.length)))
  readSums(summed, { ...asks, slots: groups.slotsAsked(summed, read.key, rows) }, out as FeatureColumn[])
  if (log.forgotten > -Infinity)
    refuseIncomplete(
      made.map(index => features[index]),
      columns,
      asks.clock,
      log.forgotten,
    )
  return out
}

/** What the rows know of a group in one placement, whatever key they ask for. */
interface Asked extends Pick<Placed, 'block'> {
  readonly isInOrder: boolean
  readonly asks: Omit<SumAsks, 'slots'>
}

/** By moments, what was asked for last: a group is read at several keys, one after the other. */
const last = new WeakMap<
  Moments,
  { readonly id: string; readonly log: ReplayLog; readonly moment: Rows['moment']; readonly asked: Asked }
>()

function askedOf(read: GroupRead, rows: Rows, log: ReplayLog): Asked {
  const { moments, moment } = rows
  const { name, source, place } = read.group
  const id = JSON.stringify([name, source, place])
  const known = last.get(moments)
  if (known?.id === id && known.log === log && known.moment === moment) return known.asked
  const placed = placedIn(read, moments, log)
  const stretch = stretchOf(rows)
  const upto = ofDecisions(placed.upto, stretch)
  const uptoBefore = placed.uptoBefore === placed.upto ? upto : ofDecisions(placed.uptoBefore, stretch)
  const asks = { length: rows.length, clock: ofDecisions(placed.clock, stretch), upto, uptoBefore }
  const asked = { block: placed.block, isInOrder: isInOrder(placed), asks }
  last.set(moments, { id, log, moment, asked })
  return asked
}

/** Whether nothing is asked at a clock below one that was reached: such a read a kernel refuses. */
function isInOrder({ block, floor, upto, clock }: Placed): boolean {
  const floors = floor === 'time' ? block.time : block.arrival
  let [known, reached] = [0, -Infinity]
  for (let moment = 0; moment < clock.length; moment++) {
    if (upto[moment] < known || clock[moment] < reached) return false
    known = upto[moment]!
    reached = clock[moment]!
    if (known > 0 && floors[known - 1] > reached) return false
  }
  return true
}
