/** The pipeline behind Kafka's VerifiableProducer, whose values are numbers: each is an event, and is decided. */
import { entity, linear, model, on, pipeline, source, t } from 'spillway'

const AT = 1_767_600_000_000

const who = entity('who', t.string())
const numbers = source('numbers', {
  schema: { id: t.string(), who, n: t.int(), at: t.timestamp() },
  key: 'who',
  time: 'at',
  id: 'id',
  map: (n: number) => ({ id: String(n), who: 'w', n, at: AT }),
  mapVersion: '1',
})
const seen = model('seen', { decide: on(numbers), inputs: row => ({ n: row.n }), score: linear({ intercept: 0, weights: { n: 1 } }) })

export default pipeline('verifiable', [seen])
