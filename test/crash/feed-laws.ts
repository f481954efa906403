/** Checks the log of a feed whose result depends on the arrival of each record: ids are forgotten, or revisions come too late. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import type { DeadLetter } from '../../src/log/dead-letters.ts'
import { Acceptance, acceptedRows, appendId, rowText } from './acceptance.ts'
import type { Feed, SentRecord } from './case.ts'
import { compareLists, fault, type Verdict } from './verdict.ts'

/**
 * Each record of a sender with a cursor became the next event, the next dead letter, or nothing if it is a duplicate; the log's arrival
 * tells whether that was right.
 */
export function checkFeedLog(
  verdict: Verdict,
  source: SourceIR,
  keep: number | undefined,
  { records }: Feed,
  events: readonly LoggedEvent[],
  letters: readonly DeadLetter[],
): void {
  const acceptance = new Acceptance(source, keep)
  const subject = `of '${source.name}'`
  const leftEvents = [...events]
  // Within one batch, invalid records are rejected before those that are not accepted.
  const rubbish = letters.filter(({ reason }) => !isOfLog(reason))
  const leftLetters = letters.filter(({ reason }) => isOfLog(reason))
  let now = -Infinity
  for (const { row, raw } of records) {
    const event = leftEvents.at(0)
    const letter = (row ? leftLetters : rubbish).at(0)
    const isRepeated = row !== null && acceptance.ruling(row, now) === 'duplicate'
    if (row && event && rowText(source, row) === rowText(source, event.row) && acceptance.ruling(row, event.arrival) === 'accepted') {
      leftEvents.shift()
      acceptance.accept(row, event.arrival)
      // Perhaps this record was the duplicate, and a later equal one was accepted: then others came before.
      if (!isRepeated) now = Math.max(now, event.arrival)
    } else if (letter && (!row || (isSame(source, raw, letter) && acceptance.ruling(row, letter.at) === letter.reason))) {
      if (row) leftLetters.shift()
      else rubbish.shift()
      if (!isRepeated) now = Math.max(now, letter.at)
    } else if (!isRepeated) fault(verdict, 'lost', `a record ${subject}, neither an event nor a dead letter: ${JSON.stringify(raw)}`)
  }
  for (const { row } of leftEvents) fault(verdict, 'duplicated', `an event ${subject} that should not be: ${rowText(source, row)}`)
  for (const { reason, detail } of [...rubbish, ...leftLetters])
    fault(verdict, 'duplicated', `a dead letter ${subject} that should not be: ${reason}: ${detail}`)
}

const isOfLog = (reason: DeadLetter['reason']): boolean => reason === 'conflict' || reason === 'stale-revision'

/** A dead letter of the log has its record as a row. */
function isSame({ columns }: SourceIR, record: SentRecord['raw'], { raw }: DeadLetter): boolean {
  const text = (of: SentRecord['raw']): string => JSON.stringify(columns.map(({ name }) => of[name] ?? null))
  return typeof raw === 'string' && text(JSON.parse(raw) as SentRecord['raw']) === text(record)
}

/** For a sender that may resend accepted records: by their ids nothing changes. Rejected records are rejected again. */
export function checkSentAgain(verdict: Verdict, source: SourceIR, feed: Feed, events: readonly LoggedEvent[]): void {
  const [first, last] = [feed.records.at(0)?.at ?? 0, feed.records.at(-1)?.at ?? 0]
  if (source.dedupe < 4 * (last - first) + 1e12) return checkOnceWithin(verdict, source, feed, events)
  compareLists(
    verdict,
    `an event of '${source.name}'`,
    acceptedRows(source, feed).map(row => rowText(source, row)),
    events.map(({ row }) => rowText(source, row)),
  )
}

/** If ids are forgotten: an append id is accepted once within `dedupe`, and every acceptable record is there. */
function checkOnceWithin(verdict: Verdict, source: SourceIR, feed: Feed, events: readonly LoggedEvent[]): void {
  const arrivals = new Map<string, number>()
  const sentRows = new Set(feed.records.flatMap(({ row }) => (row ? [rowText(source, row)] : [])))
  for (const { row, arrival } of events) {
    const id = appendId(source, row)
    if (!sentRows.has(rowText(source, row))) fault(verdict, 'different', `an event that nobody sent: ${rowText(source, row)}`)
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
