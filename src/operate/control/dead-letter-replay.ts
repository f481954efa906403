/** Sends dead letters to a run again: each is validated like a new record, and is settled in the commit of its event. */
import { stopwatch, yieldToEventLoop, limits } from '../../base/index.ts'
import type { Rejection } from '../../intake/index.ts'
import type { Run } from '../../run/index.ts'
import { deadLetterBatch } from './dead-letter-batch.ts'
import type { SendableDeadLetter } from './dead-letter-recipient.ts'
import type { ReplayedDeadLetter } from './run-control.ts'

/** The part of a run that receives dead letters. */
export type DeadLetterReceiver = Pick<Run, 'submit' | 'whenRoom'>

/**
 * Takes the next dead letters from `letters`, sends them again, and resolves with their outcomes once these are durable; with none at the
 * end. Memory: `DEAD_LETTERS_SENT_BYTES` of records, and one record more. Rejects as `Run.submit` does; some may have been settled then.
 */
export async function sendNext(run: DeadLetterReceiver, letters: Iterator<SendableDeadLetter>): Promise<ReplayedDeadLetter[]> {
  const sent: Promise<ReplayedDeadLetter>[] = []
  let bytes = 0
  let began = stopwatch()
  while (sent.length < limits.DEAD_LETTERS_CHANGED_MAX && bytes < limits.DEAD_LETTERS_SENT_BYTES) {
    const next = letters.next()
    if (next.done === true) break
    await run.whenRoom()
    const outcome = send(run, next.value)
    // The last line reports a failure.
    outcome.catch(() => {})
    sent.push(outcome)
    bytes += next.value.raw.length
    if (stopwatch() - began < limits.SERVE_AT_ONCE_MS) continue
    await yieldToEventLoop()
    began = stopwatch()
  }
  // After a failure others may still be in flight: none is when this ends.
  await Promise.allSettled(sent)
  return Promise.all(sent)
}

/** Sends all of the dead letters again. Rejects as `sendNext` does. */
export async function sendAll(run: DeadLetterReceiver, letters: Iterable<SendableDeadLetter>): Promise<ReplayedDeadLetter[]> {
  const iterator = letters[Symbol.iterator]()
  const outcomes: ReplayedDeadLetter[] = []
  for (let next = await sendNext(run, iterator); next.length > 0; next = await sendNext(run, iterator)) outcomes.push(...next)
  return outcomes
}

async function send(run: DeadLetterReceiver, letter: SendableDeadLetter): Promise<ReplayedDeadLetter> {
  const { id, source, attempts } = letter
  let rejection: Rejection | undefined
  const batch = { ...deadLetterBatch(letter), onRejected: (first: Rejection) => (rejection ??= first) }
  const { accepted, duplicates } = await run.submit(source, batch, undefined, id)
  if (rejection) return { id, outcome: 'rejected', reason: rejection.reason, detail: rejection.detail, attempts: attempts + 1 }
  return { id, outcome: accepted > 0 ? 'accepted' : duplicates > 0 ? 'duplicate' : 'skipped' }
}
