/** JSON Schemas of dead letters, and of their outcomes when they are sent again. */
import { rejectionReasons } from '../../intake/index.ts'
import { schemaTerms } from './json-schema.ts'

const { count, object, text, utcMs, values } = schemaTerms

/** Schemas by name, under `components` of the document. */
export const deadLetterSchemas = {
  DeadLetter: object(
    {
      id: count,
      source: text,
      reason: { enum: rejectionReasons },
      detail: { ...text, description: 'the problem, with the field and the value' },
      place: { ...text, description: 'where the record stood in its input' },
      at: { ...utcMs, description: 'when it was rejected' },
      sequence: { ...count, description: 'sequence number of the next log entry then' },
      attempts: { ...count, description: 'how often it was sent again and rejected since its last edit' },
      version: { ...text, description: 'version of the record; an edit names it' },
      raw: { ...text, description: 'the record; bytes that are no text are in rawBase64' },
      rawBase64: text,
      original: { ...text, description: 'the first record, if an edit replaced it; bytes that are no text are in originalBase64' },
      originalBase64: text,
      form: { ...values, description: 'the format of the record, unless it is JSON of the source' },
      outcome: { enum: ['accepted', 'duplicate', 'skipped', 'dropped'], description: 'of one that is settled' },
      why: text,
      settled: utcMs,
    },
    ['id', 'reason', 'detail', 'place', 'at', 'sequence', 'attempts', 'version'],
  ),
  ResentDeadLetters: object(
    {
      letters: {
        type: 'array',
        description: 'the outcomes, in the order of the request',
        items: object(
          {
            id: count,
            outcome: { enum: ['accepted', 'duplicate', 'skipped', 'rejected'] },
            reason: { enum: rejectionReasons },
            detail: text,
            attempts: count,
          },
          ['id', 'outcome'],
        ),
      },
      omitted: { type: 'array', description: 'those that cannot be sent', items: object({ id: count, reason: text }, ['id', 'reason']) },
    },
    ['letters', 'omitted'],
  ),
} as const
