/** What the log of a disk must be after crashes: everything that was sent, once, in places that follow one another. */
import type { LoggedEvent } from '../../src/define/event.ts'
import type { PipelineIR, SourceIR } from '../../src/define/ir.ts'
import type { DeadLetter } from '../../src/log/letters.ts'
import { admitted, appendId, rowText } from './admitted.ts'
import type { Feed } from './case.ts'
import type { Entry } from './inspect.ts'
import type { Disk } from './model-store.ts'
import { compareLists, fault, type Verdict } from './verdict.ts'

/** Every record of every feed was sent to the end: events and dead letters are those of a run that never crashed. */
export function checkSurvived(verdict: Verdict, ir: PipelineIR, feeds: readonly Feed[], disk: Disk, entries: readonly Entry[]): void {
  const dead = disk.commits.flatMap(commit => commit.dead ?? [])
  for (const feed of feeds) {
    const source = ir.sources.find(({ name }) => name === feed.source)!
    const events = entries.flatMap(entry => ('event' in entry && entry.event.source === source.name ? [entry.event] : []))
    if (source.id !== undefined && forgets(source, feed)) checkOnceWithin(verdict, source, feed, events)
    else checkSource(verdict, source, feed, events, dead)
  }
}

/** Ids may be forgotten while the history goes on, so that what is accepted depends on when it came. */
const forgets = ({ dedupe }: SourceIR, { records }: Feed): boolean =>
  records.length > 0 && dedupe < 4 * (records.at(-1)!.at - records[0].at) + 1e12

function checkSource(verdict: Verdict, source: SourceIR, feed: Feed, events: readonly LoggedEvent[], dead: readonly DeadLetter[]): void {
  const { accepted, refused } = admitted(source, feed)
  compareLists(
    verdict,
    `an event of '${source.name}'`,
    accepted.map(row => rowText(source, row)),
    events.map(({ row }) => rowText(source, row)),
  )
  if (feed.resend !== 'cursor') return
  const letters = dead.filter(letter => letter.source === source.name)
  const missing = refused.length - letters.length
  for (let i = 0; i < Math.abs(missing); i++)
    fault(
      verdict,
      missing > 0 ? 'lost' : 'duplicated',
      `a dead letter of '${source.name}': ${refused.length} were due, ${letters.length} are there`,
    )
}

/** An append id is accepted once within `dedupe`, and everything that can be accepted is there. */
function checkOnceWithin(verdict: Verdict, source: SourceIR, feed: Feed, events: readonly LoggedEvent[]): void {
  const arrivals = new Map<string, number>()
  const sent = new Set(feed.records.flatMap(({ row }) => (row ? [rowText(source, row)] : [])))
  for (const { row, arrival } of events) {
    const id = appendId(source, row)
    if (!sent.has(rowText(source, row))) fault(verdict, 'different', `an event that nobody sent: ${rowText(source, row)}`)
    if (id === undefined) continue
    const before = arrivals.get(id)
    if (before !== undefined && before >= arrival - source.dedupe)
      fault(verdict, 'duplicated', `append id ${id} within ${source.dedupe} ms`)
    arrivals.set(id, arrival)
  }
  for (const { row } of feed.records) {
    const id = row && appendId(source, row)
    if (id !== null && id !== undefined && !arrivals.has(id)) fault(verdict, 'lost', `append id ${id}`)
  }
}

/** Offsets are contiguous by partition, a key is in one of them, arrivals never fall, and ticks stand where they must. */
export function checkOrder(verdict: Verdict, ir: PipelineIR, entries: readonly Entry[]): void {
  const next = new Map<string, number>()
  const homes = new Map<string, number>()
  let notBefore = -Infinity
  for (const entry of entries) {
    if ('mark' in entry) {
      if (entry.mark.t < notBefore)
        fault(verdict, 'different', `a tick at ${entry.mark.t} stands behind what must be at ${notBefore} or later`)
      notBefore = Math.max(notBefore, entry.mark.t + 1)
      continue
    }
    const { source, partition, offset, arrival, row } = entry.event
    const place = `${source} ${partition}`
    if (offset !== (next.get(place) ?? 0)) fault(verdict, 'different', `offset ${offset} of ${place}, after ${(next.get(place) ?? 0) - 1}`)
    next.set(place, offset + 1)
    if (arrival < notBefore) fault(verdict, 'different', `an arrival ${arrival} below ${notBefore}`)
    notBefore = arrival
    const key = JSON.stringify([source, row[ir.sources.find(({ name }) => name === source)!.key]])
    if ((homes.get(key) ?? partition) !== partition) fault(verdict, 'different', `key ${key} is in two partitions`)
    homes.set(key, partition)
  }
}
