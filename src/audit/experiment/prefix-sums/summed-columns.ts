/** Features of a group read that can be taken from prefix sums, to the bit what a replay gives. */
import type { FeatureColumn } from '../../../aggregate/aggregate.ts'
import type { GroupRead } from '../../../decision/reads.ts'
import { refuseIncomplete } from '../../../kernel/incomplete.ts'
import { featureColumns } from '../../../kernel/output.ts'
import type { Placed } from '../../../kernel/placement.ts'
import { placedIn } from '../../../replay/feed.ts'
import type { ReplayLog } from '../../../replay/log.ts'
import { ofDecisions } from '../../../replay/triggering.ts'
import { stretchOf, type Rows } from '../rows.ts'
import { readSums } from './sum-reads.ts'
import type { SummedGroups } from './summed-groups.ts'

/** By feature of the group its column; none where a replay has to say. */
export function summedColumns(read: GroupRead, rows: Rows, log: ReplayLog, groups: SummedGroups): readonly (FeatureColumn | undefined)[] {
  const { features } = read.group
  const { source } = log.histories.get(read.group.source)!
  const out: (FeatureColumn | undefined)[] = features.map(() => undefined)
  const placed = placedIn(read, rows.moments, log)
  const summed = groups.of(read.group, source, placed.block, log.strings)
  if (summed.units.length === 0 || !isInOrder(placed)) return out
  const stretch = stretchOf(rows)
  const clock = ofDecisions(placed.clock, stretch)
  const upto = ofDecisions(placed.upto, stretch)
  const uptoBefore = placed.uptoBefore === placed.upto ? upto : ofDecisions(placed.uptoBefore, stretch)
  const made = summed.units.flatMap(({ unit }) => unit.readers.map(({ index }) => index))
  const columns = featureColumns({ ...read.group, features: made.map(index => features[index]) }, rows.length, false)
  made.forEach((index, i) => (out[index] = columns[i]))
  const slots = groups.slotsAsked(summed, read.key, rows)
  readSums(summed, { length: rows.length, slots, upto, uptoBefore, clock }, out as FeatureColumn[])
  if (log.forgotten > -Infinity)
    refuseIncomplete(
      made.map(index => features[index]),
      columns,
      clock,
      log.forgotten,
    )
  return out
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
