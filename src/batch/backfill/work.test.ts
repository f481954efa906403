/** Splitting the work of a gap: among cores, by repeated reads, and by spans of time for sums over doubles. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, features, pipeline, source, stream, t } from '../../index.ts'
import { backfillTarget } from './target.ts'
import { partitionAt, partitionsBetween, type CalendarPartition } from '../../offline/calendar.ts'
import type { GroupGap } from './gap.ts'
import { foldStart } from './inputs.ts'
import { partitionsToRead, planWork, type WorkPlanOptions } from './work.ts'

const DAY = 86_400_000
const card = entity('card', t.string())
const sales = source('sales', { schema: { card, x: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
const group = features('g', {
  from: sales,
  entity: card,
  place: stream,
  values: s => ({
    n: count('1d', { exact: true }),
    ever: count('lifetime'),
    x: s.x.sum('1d', { exact: true }),
    all: s.x.sum('lifetime'),
  }),
})
const [target] = backfillTarget(pipeline('p', [group]).ir, undefined, { kind: 'events' }, DAY).groups
const first = Date.parse('2026-01-05T00:00Z')

/** A gap of some days, counted from the first of the history, in which some files are missing. */
function gapOf(days: readonly number[], names: readonly string[]): GroupGap {
  const partitions = days.map(day => {
    const files = names.map(name => {
      const feature = target.features.find(each => each.feature.name === name)
      return { file: name, why: 'new' as const, code: '', input: '', ...(feature && { feature }) }
    })
    return { partition: partitionAt('day', first + day * DAY), events: 100, files }
  })
  return { group: target, partitions, obsolete: 0 }
}

const cutting = (threads: number): WorkPlanOptions => ({
  unit: 'day',
  threads,
  eventsIn: (_, from, to) => (to - Math.max(from, first)) / DAY,
  first: () => first,
})
const shownDays = (partitions: readonly { readonly partition: CalendarPartition }[]): number[] =>
  partitions.map(({ partition }) => (partition.start - first) / DAY)
const days = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

test('neighbours are one piece, read from as far before as the windows reach; what is further apart begins anew', () => {
  const work = planWork([gapOf([0, 1, 2, 3, 9], ['n', 'rows'])], cutting(1))
  assert.deepEqual(
    work.map(({ partitions, from, features: of }) => [shownDays(partitions), (first - from) / DAY, of]),
    [
      [[0, 1, 2, 3], 1 + 1 / DAY, ['n']],
      [[9], 1 + 1 / DAY - 9, ['n']],
    ],
  )
  assert.deepEqual(
    work[0].partitions[0].files.map(({ file }) => file),
    ['n', 'rows'],
  )
  // A day in between is shorter to read than to begin anew.
  assert.deepEqual(
    planWork([gapOf([0, 2], ['n'])], cutting(1)).map(({ partitions }) => shownDays(partitions)),
    [[0, 2]],
  )
})

test('a piece is cut for cores, but not where it would be shorter than what is read twice', () => {
  const cut = (missing: readonly number[], threads: number) =>
    planWork([gapOf(missing, ['n'])], cutting(threads)).map(({ partitions }) => partitions.length)
  assert.deepEqual(cut(days(0, 20), 2), [10, 10])
  assert.deepEqual(cut(days(0, 20), 4), [5, 5, 5, 5])
  assert.deepEqual(cut([0, 1], 2), [2])
  assert.deepEqual(
    planWork([gapOf(days(0, 20), ['ever'])], cutting(4)).map(({ partitions, from }) => [partitions.length, from]),
    [[20, -Infinity]],
  )
})

test('a sum over doubles is a piece a stretch, whose rows are all read', () => {
  const x = target.features.find(({ feature }) => feature.name === 'x')!
  // It reaches back a day and a millisecond: four times that is eight days at least. Stretches are counted from the epoch.
  const stretch = foldStart(x, partitionAt('day', first), 'day')
  assert.deepEqual([(first - stretch) / DAY, (stretch / DAY) % 8], [2, 0])
  assert.equal(foldStart(x, partitionAt('day', first + 5 * DAY), 'day'), stretch)
  assert.equal(foldStart(x, partitionAt('day', first + 6 * DAY), 'day'), stretch + 8 * DAY)
  const work = planWork([gapOf([4, 7], ['x'])], cutting(2))
  assert.deepEqual(
    work.map(({ partitions }) => shownDays(partitions)),
    [[4], [7]],
  )
  assert.deepEqual(shownDays([...partitionsToRead(work[0], 'day')]), [0, 1, 2, 3, 4])
  assert.deepEqual(shownDays([...partitionsToRead(work[1], 'day')]), [6, 7])
  assert.deepEqual(
    [...partitionsToRead(work[1], 'day')].map(({ files }) => files?.length),
    [undefined, 1],
  )
  const [lifetime] = planWork([gapOf([7], ['all'])], cutting(2))
  assert.deepEqual([lifetime.from, shownDays([...partitionsToRead(lifetime, 'day')])], [-Infinity, days(0, 8)])
})

test('a stretch of months begins with the first month that begins in it', () => {
  const start = foldStart({ reach: 7 * DAY }, partitionAt('month', first), 'month')
  const [begins] = partitionsBetween('month', start, start)
  assert.equal(begins.start, start)
  assert.equal(Math.floor(begins.start / (32 * DAY)), Math.floor(partitionAt('month', first).start / (32 * DAY)))
})
