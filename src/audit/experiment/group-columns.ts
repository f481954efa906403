/** The features of one group read, of all cases, as read in a world: what a replay of it gives. */
import type { GroupRead } from '../../decision/reads.ts'
import { Feed } from '../../replay/feed.ts'
import type { GroupColumns } from './column-cache.ts'
import { featureScattered } from './feature-columns.ts'
import { earlier, type Placed } from './operators/group.ts'
import { stretchOf } from './rows.ts'
import type { World } from './world.ts'

export function groupColumns(read: GroupRead, { place, by }: Placed, world: World): GroupColumns {
  const rows = { ...world.rows, moments: earlier(world, by) }
  const feed = new Feed({ ...read, group: { ...read.group, place } }, rows.moments, world.log)
  const columns = feed.next(stretchOf(rows))
  const { caseOf } = world
  return caseOf ? columns.map(column => featureScattered(column, caseOf)) : columns
}
