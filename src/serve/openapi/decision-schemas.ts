/** JSON Schemas of a recorded decision, and of the answer to a requested decision. */
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'

const { count, utcMs, object, orNull, text, values } = schemaTerms

const fields: Readonly<Record<string, OpenapiSchema>> = {
  model: text,
  t: utcMs,
  key: {},
  id: {},
  entry: { ...count, description: 'log entry that triggered it' },
  position: object({ partition: count, offset: count }),
  vector: values,
  score: orNull({ type: 'number' }),
  version: { ...count, description: 'version of the model that scored; absent for the score of the definition' },
  challenger: object({ version: count, score: orNull({ type: 'number' }) }),
  explored: {
    ...values,
    description: 'exploration: by action that was left undone on purpose, the probability of that',
  },
  unscored: { ...text, description: 'why the model has no score' },
  rejected: text,
  read: { ...values, description: 'by feature group: visible events and as-of time' },
}
const required = ['model', 't', 'key', 'entry', 'vector', 'score', 'read'] as const

const answers = { ...values, description: 'answers by action, of those that follow from the decision' }

/** A recorded decision. */
export const decisionSchema = object(fields, required)

/** The answer to a request: a decision before the deadline of its actions, otherwise the fallback answers of the actions. */
export const requestedDecisionSchema: OpenapiSchema = {
  anyOf: [
    object(
      { ...fields, durable: { type: 'boolean', description: 'false: answered at the deadline, and the decision may be lost' }, answers },
      [...required, 'durable'],
    ),
    object({
      model: text,
      score: { type: 'null' },
      durable: { const: false },
      answers,
      degraded: { ...text, description: 'why there is no decision' },
    }),
  ],
}
