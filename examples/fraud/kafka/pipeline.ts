/**
 * The fraud example over Kafka: payments come from a topic, and each decline goes to a topic. Source, features, model and threshold are those of
 * `../fraud.ts`; a decision has another effect.
 */
import { action, kafka, pipeline } from 'spillway'
import { declineFrom, fraud, saved } from '../fraud.ts'

// The terminal reads the topic, and keeps the first of two records with one `spillway-idempotency-key`.
export const decline = action('decline', { when: fraud.score.gte(declineFrom), do: kafka('declines') })

export default pipeline('fraud', [decline, saved])
