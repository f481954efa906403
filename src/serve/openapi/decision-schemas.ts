/** A decision as it is recorded, and as a model answers that was asked for one. */
import type { Schema } from './json-schema.ts'
import { count, moment, object, orNull, text, values } from './schema-texts.ts'

const fields: Readonly<Record<string, Schema>> = {
  model: text,
  t: moment,
  key: {},
  id: {},
  entry: { ...count, description: 'of the log, that made it' },
  position: object({ partition: count, offset: count }),
  vector: values,
  score: orNull({ type: 'number' }),
  version: { ...count, description: 'of the model, that scored; absent where its own score did' },
  challenger: object({ version: count, score: orNull({ type: 'number' }) }),
  explored: {
    ...values,
    description: 'by action that would have followed and was left undone, so that what comes of it is seen: the chance with which it was',
  },
  unscored: { ...text, description: 'why there is no score, whatever the vector is' },
  refused: text,
  read: { ...values, description: 'what each group knew, and as of when' },
}
const required = ['model', 't', 'key', 'entry', 'vector', 'score', 'read'] as const

const answers = { ...values, description: 'of the actions that answer, those that follow, by name' }

export const decisionSchema = object(fields, required)

/** Before the deadline of an action, or at it without a decision: then `answers` are what the actions say otherwise. */
export const askedSchema: Schema = {
  anyOf: [
    object({ ...fields, durable: { type: 'boolean', description: 'false: it was answered at the deadline, and may be lost' }, answers }, [
      ...required,
      'durable',
    ]),
    object({
      model: text,
      score: { type: 'null' },
      durable: { const: false },
      answers,
      degraded: { ...text, description: 'why there is no decision' },
    }),
  ],
}
