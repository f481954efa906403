import type { FeatureIR, PlacementIR } from '../../src/define/ir/ir.ts'
import { greatestArrivals } from './generate/asks.ts'
import { DAY, tailOf } from './generate/windows.ts'
import { groupOf, sourceOf, type Ask, type Case } from './case.ts'

/** The edges of law 7 in a case, by name. Only visible events of the read's key count. */
export function edgesOf(of: Case): Set<string> {
  const marked = new Set<string>()
  const mark = (name: string, holds: boolean): void => void (holds && marked.add(name))
  for (const ask of of.asks) {
    const { place, t } = ask
    mark(`read through ${place.kind}`, true)
    if (place.kind !== 'stream' && place.kind !== 'corrected') continue
    const group = groupOf(of, ask.group)
    const times = timesOf(of, ask)
    mark('an event at t', times.has(t))
    mark(
      'an event later than t',
      [...times].some(time => time > t),
    )
    mark('a clock below an arrival of P', t < greatestArrivals(of.log.slice(0, ask.prefix)).at(-1)!)
    for (const feature of group.features) windowEdges(feature, t, times, mark)
  }
  historyEdges(of, mark)
  valueEdges(of, mark)
  return marked
}

type Mark = (name: string, holds: boolean) => void

function timesOf(of: Case, { key, prefix, place, group: name }: Ask): Set<number> {
  const group = groupOf(of, name)
  const visible = place.kind === 'corrected' ? of.log : of.log.slice(0, prefix)
  const own = visible.filter(event => event.source === group.source && group.key.every((column, i) => event.row[column] === key[i]))
  return new Set(own.map(event => event.time))
}

function windowEdges({ window, hop }: FeatureIR, t: number, times: ReadonlySet<number>, mark: Mark): void {
  if (window === 'lifetime') return
  const tail = tailOf(t, window, hop)
  const exact = hop === 1
  mark('an event at t − W', exact && times.has(tail))
  mark('an event just before t − W', exact && times.has(tail - 1))
  mark("an event at a tail tile's first millisecond", !exact && times.has(tail))
  mark('an event at the last millisecond before the tail tile', !exact && times.has(tail - 1))
  mark("an event in the head tile's first millisecond", !exact && times.has(tailOf(t, 0, hop)))
  mark('an empty window of a key with events', times.size > 0 && ![...times].some(time => time >= tail && time <= t))
  mark('a window of one second', window === 1000)
  mark('a window of 365 days', window === 365 * DAY)
  mark('a hop that does not divide its window', window % hop !== 0)
  mark('a hop as long as its window', window === hop)
  mark('a negative tail between tiles', t - window < 0 && (t - window) % hop !== 0)
}

function historyEdges(of: Case, mark: Mark): void {
  const [contents, positions] = [new Set<string>(), new Map<string, number>()]
  of.log.forEach((event, i) => {
    const { time, arrival, source, partition, row } = event
    const previous = of.log[i - 1]
    const { allowedLateness } = of.ir.sources.find(({ name }) => name === source)!
    mark('midnight', time % DAY === 0)
    mark('the last millisecond of a day', (time + 1) % DAY === 0)
    mark('a negative time', time < 0)
    mark('out of order', previous !== undefined && time < previous.time)
    mark('late', arrival - time > allowedLateness)
    mark('later than a year', arrival - time > 365 * DAY)
    mark('a clock that stands still', previous?.arrival === arrival)
    mark('arrival that falls along the log', previous !== undefined && previous.arrival > arrival)
    mark('a silence of months', previous !== undefined && arrival - previous.arrival > 90 * DAY)
    mark('a duplicate', contents.has(JSON.stringify([source, time, row])))
    contents.add(JSON.stringify([source, time, row]))
    const tie = JSON.stringify([source, time, arrival])
    mark('equal times in different partitions', positions.has(tie) && positions.get(tie) !== partition)
    positions.set(tie, partition)
  })
  mark(
    'equal arrivals of two sources',
    of.log.some((event, i) => i > 0 && of.log[i - 1].arrival === event.arrival && of.log[i - 1].source !== event.source),
  )
  for (const group of of.ir.groups) {
    revisionEdges(of, group.name, mark)
    tableEdges(of, group.name, mark)
  }
}

function revisionEdges(of: Case, name: string, mark: Mark): void {
  const group = groupOf(of, name)
  const { identity, key, deleted } = sourceOf(of, group)
  const latest = new Map<string, string>()
  for (const { source, row } of identity ? of.log : []) {
    if (source !== group.source) continue
    const fields = identity!.map(field => row[field])
    mark('an identity field that is NULL', fields.includes(null))
    mark('a deleted event', deleted !== undefined && row[deleted] === true)
    const [id, place] = [JSON.stringify([row[key], ...fields]), JSON.stringify(group.key.map(column => row[column]))]
    if (fields.includes(null)) continue
    mark('a revision', latest.has(id))
    mark('a revision that moves an event to another group key', latest.has(id) && latest.get(id) !== place)
    latest.set(id, place)
  }
}

function tableEdges(of: Case, name: string, mark: Mark): void {
  const group = groupOf(of, name)
  const { identity, deleted } = sourceOf(of, group)
  const inputs = group.features.filter(({ agg }) => agg === 'row').flatMap(({ input }) => (input?.op === 'column' ? input.name : []))
  if (identity || deleted === undefined || inputs.length === 0) return
  const own = of.log.filter(({ source }) => source === group.source)
  for (const rows of Map.groupBy(own, ({ row }) => JSON.stringify(group.key.map(column => row[column]))).values()) {
    const ordered = rows.toSorted((a, b) => a.time - b.time || a.arrival - b.arrival || a.partition - b.partition || a.offset - b.offset)
    const { row } = ordered.at(-1)!
    const isDeleted = (at: number): boolean => ordered[at]?.row[deleted] === true
    mark('a key whose latest row is a delete', isDeleted(ordered.length - 1))
    mark(
      'a row after a delete',
      ordered.some((_, i) => isDeleted(i - 1) && !isDeleted(i)),
    )
    mark('a column that is NULL in the latest row', !isDeleted(ordered.length - 1) && inputs.some(input => row[input] === null))
    mark(
      'a row that comes after a delete and is of before',
      rows.some((event, i) => i > 0 && rows[i - 1].row[deleted] === true && event.time < rows[i - 1].time),
    )
  }
}

function valueEdges(of: Case, mark: Mark): void {
  const keyed = of.ir.groups.flatMap(group =>
    of.log.filter(({ source }) => source === group.source).flatMap(({ row }) => group.key.map(column => row[column])),
  )
  mark('a NULL in a key', keyed.includes(null))
  mark(
    'a key above U+FFFF',
    keyed.some(value => typeof value === 'string' && /[\u{10000}-\u{10FFFF}]/u.test(value)),
  )
  mark(
    'a key in U+E000–U+FFFF',
    keyed.some(value => typeof value === 'string' && /[\uE000-\uFFFF]/.test(value) && !/[\u{10000}-\u{10FFFF}]/u.test(value)),
  )
  for (const { row } of of.log)
    for (const value of Object.values(row)) {
      mark('a NULL', value === null)
      mark('a negative number', typeof value === 'number' && value < 0)
      mark('zero', value === 0)
      mark('the largest number', value === Number.MAX_SAFE_INTEGER)
      mark('the least number', value === -Number.MAX_SAFE_INTEGER)
    }
}

/** All edges that the generator must make. */
export const edges: readonly string[] = [
  ...(['stream', 'lag', 'partial', 'scheduled', 'batch', 'hybrid', 'corrected'] satisfies PlacementIR['kind'][]).map(
    kind => `read through ${kind}`,
  ),
  'an event at t',
  'an event later than t',
  'a clock below an arrival of P',
  'an event at t − W',
  'an event just before t − W',
  "an event at a tail tile's first millisecond",
  'an event at the last millisecond before the tail tile',
  "an event in the head tile's first millisecond",
  'an empty window of a key with events',
  'a window of one second',
  'a window of 365 days',
  'a hop that does not divide its window',
  'a hop as long as its window',
  'a negative tail between tiles',
  'midnight',
  'the last millisecond of a day',
  'a negative time',
  'out of order',
  'late',
  'later than a year',
  'a clock that stands still',
  'arrival that falls along the log',
  'a silence of months',
  'a duplicate',
  'equal times in different partitions',
  'equal arrivals of two sources',
  'an identity field that is NULL',
  'a deleted event',
  'a revision',
  'a revision that moves an event to another group key',
  'a key whose latest row is a delete',
  'a row after a delete',
  'a column that is NULL in the latest row',
  'a row that comes after a delete and is of before',
  'a NULL in a key',
  'a key above U+FFFF',
  'a key in U+E000–U+FFFF',
  'a NULL',
  'a negative number',
  'zero',
  'the largest number',
  'the least number',
]
