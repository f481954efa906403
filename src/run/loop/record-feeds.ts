/** The records of a data folder that go to destinations of the whole run: its decisions, and its dead letters. */
import { limits } from '../../base/index.ts'
import { type AnyDeadLetter, deadLetterBytes } from '../../log/index.ts'
import type { SqliteReader } from '../../log/sqlite/index.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import type { LoggedRecord, RecordFeed } from './log-dispatcher.ts'

/** Decisions of a log, a batch at a time. Closes the reader. */
export function decisionFeed(reader: Pick<SqliteReader, 'decisionsAfter' | 'decisionNumbers' | 'close'>): RecordFeed {
  return {
    kind: 'decision',
    heldMax: limits.DECISIONS_HELD_MAX,
    numbers: () => reader.decisionNumbers(),
    after: after => {
      const batch = reader.decisionsAfter(after)
      if (!batch) return undefined
      const { number, model, first, last, bytes } = batch
      return { number, name: `decisions of '${model}' on entries ${first} to ${last}`, records: () => decisionRecords(bytes) }
    },
    close: () => reader.close(),
  }
}

function* decisionRecords(bytes: Uint8Array): Generator<LoggedRecord> {
  for (const decision of recordedDecisions(bytes)) yield { key: JSON.stringify(decision.key), body: JSON.stringify(decision) }
}

/** Dead letters of a log one by one, settled ones too: each as it was rejected. Closes the reader. */
export function deadLetterFeed(reader: Pick<SqliteReader, 'deadLetters' | 'close'>): RecordFeed {
  const { deadLetters } = reader
  return {
    kind: 'dead letter',
    heldMax: limits.DEAD_LETTERS_HELD_MAX,
    numbers: () => deadLetters.numbers(),
    after: after => {
      const letter = deadLetters.letterAfter(after)
      return letter && { number: letter.id, name: `dead letter ${letter.id}`, records: () => [letterRecord(letter)] }
    },
    close: () => reader.close(),
  }
}

/** The bytes are those that were rejected, whatever has replaced them since. */
function letterRecord(letter: AnyDeadLetter): LoggedRecord {
  const { id, source, reason, detail, place, at, sequence, raw, original, form } = letter
  const body = {
    id,
    source,
    reason,
    detail,
    place,
    at,
    sequence,
    ...(original === undefined && { form }),
    ...deadLetterBytes('raw', original ?? raw),
  }
  return { key: JSON.stringify(`${source ?? ''} ${place}`), body: JSON.stringify(body) }
}
