/** Expected log of a disk after crashes: everything that was sent, once, at contiguous positions. */
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import type { CrashCase } from './case.ts'
import { checkFeedLog, checkSentAgain } from './feed-laws.ts'
import type { Entry } from './inspect.ts'
import type { Disk } from './model-store.ts'
import { fault, type Verdict } from './verdict.ts'

/** Every record of every feed was sent to the end: events and dead letters are those of a run that never crashed. */
export function checkLog(verdict: Verdict, { ir, keep, feeds }: CrashCase, disk: Disk, entries: readonly Entry[]): void {
  const dead = disk.commits.flatMap(commit => commit.deadLetters ?? [])
  for (const feed of feeds) {
    const source = ir.sources.find(({ name }) => name === feed.source)!
    const events = entries.flatMap(entry => ('event' in entry && entry.event.source === source.name ? [entry.event] : []))
    if (feed.resend !== 'cursor') checkSentAgain(verdict, source, feed, events)
    else
      checkFeedLog(
        verdict,
        source,
        keep,
        feed,
        events,
        dead.filter(letter => letter.source === source.name),
      )
  }
}

/** Offsets are contiguous by partition, a key has one partition, arrivals never fall, and ticks are where they must be. */
export function checkOrder(verdict: Verdict, ir: PipelineIR, entries: readonly Entry[]): void {
  const next = new Map<string, number>()
  const homes = new Map<string, number>()
  let notBefore = -Infinity
  for (const entry of entries) {
    if ('mark' in entry) {
      if (entry.mark.t < notBefore)
        fault(verdict, 'different', `a ${entry.mark.kind} at ${entry.mark.t} stands behind what must be at ${notBefore} or later`)
      notBefore = Math.max(notBefore, entry.mark.kind === 'tick' ? entry.mark.t + 1 : entry.mark.t)
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
