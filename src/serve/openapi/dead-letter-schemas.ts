/** JSON Schemas of dead letters, their causes and their replays. */
import { rejectionReasons } from '../../intake/index.ts'
import { schemaTerms } from './json-schema.ts'

const { count, described, flag, list, object, text, utcMs, values } = schemaTerms

/** Schemas by name, under `components` of the document. */
export const deadLetterSchemas = {
  DeadLetter: object(
    {
      id: count,
      reason: { enum: rejectionReasons },
      detail: described(text, 'the problem, with the field and the value'),
      place: described(text, 'where the record stood in its input'),
      at: described(utcMs, 'when it was rejected'),
      sequence: described(count, 'sequence number of the next log entry then'),
      attempts: described(count, 'how often it was replayed and rejected since its last edit'),
      version: described(text, 'version of the record; an edit names it'),
    },
    {
      source: text,
      raw: described(text, 'the record; bytes that are no text are in rawBase64'),
      rawBase64: text,
      original: described(text, 'the first record, if an edit replaced it; bytes that are no text are in originalBase64'),
      originalBase64: text,
      form: described(values, 'the format of the record, unless it is JSON of the source'),
      outcome: { enum: ['accepted', 'duplicate', 'skipped', 'dropped'], description: 'of one that is settled' },
      isMasked: described(flag, 'personal data of the record are ***: the client lacks the role personal'),
      why: text,
      settled: utcMs,
    },
  ),
  DeadLetterCauses: object({
    causes: described(
      list(
        object({
          cause: described(text, 'identifies the cause, as a filter of GET /dead-letters'),
          source: { type: ['string', 'null'] },
          reason: { enum: rejectionReasons },
          detail: described(text, 'the message, with … in place of values'),
          letters: count,
          first: described(utcMs, 'first rejection'),
          last: described(utcMs, 'last rejection'),
        }),
      ),
      'that of the newest dead letter first',
    ),
    unlisted: described(count, 'further causes'),
    unread: described(count, 'older dead letters, of any source and reason, which are in no cause'),
  }),
  ReplayedDeadLetters: object({
    letters: described(
      list(
        object(
          { id: count, outcome: { enum: ['accepted', 'duplicate', 'skipped', 'rejected'] } },
          { reason: { enum: rejectionReasons }, detail: text, attempts: count },
        ),
      ),
      'the outcomes, in the order of the request',
    ),
    omitted: described(list(object({ id: count, reason: text })), 'those that cannot be sent'),
  }),
} as const
