/** Events into a gate: its part of `POST /sources/:source/events`, and its errors as clients get them. */
import { limits } from '../../base/index.ts'
import { KafkaError, passingKinds } from '../../kafka/index.ts'
import { partialFields, ServeError, UNPROCESSED } from '../http/serve-error.ts'
import type { ServedGate } from '../http/served-gate.ts'
import type { IngestTarget } from '../http/served-run.ts'

/** Without a sequence number: the checked topic has one of its own in each partition. */
export const gateTarget = (gate: Pick<ServedGate, 'intake' | 'problem'>): IngestTarget => ({
  async submit(_source, batch) {
    const { intake, problem } = gate
    if (!intake.takesEvents) throw new ServeError('SPILL_UNSUPPORTED', noJson)
    if (problem !== undefined) throw notReady()
    try {
      return await intake.submit(batch)
    } catch (error) {
      const isAlone = batch.records.length + batch.undecodable.length === 1
      throw error instanceof KafkaError ? clientError(error, isAlone) : error
    }
  },
  whenRoom: async () => {},
  get waiting() {
    return gate.intake.waiting
  },
  isHeldBack: false,
  idRooms: () => [],
})

const noJson =
  'the raw topic of this gate has another format than JSON, or columns from keys and headers: events cannot come over HTTP; send them to the topic'

const retryLater = { status: 503, retryAfter: limits.HTTP_RETRY_AFTER_S }

/** Nothing was sent to the raw topic, so that a client may send events without ids again, too. */
const notReady = (): ServeError =>
  new ServeError('SPILL_OVERLOAD', 'the gate starts, begins anew or has ended', { ...retryLater, advice: UNPROCESSED })

/** Some records may be in the raw topic. Errors that do not pass are for the operator. */
function clientError(error: KafkaError, isAlone: boolean): unknown {
  if (error.kind === 'oversized') {
    const problem = 'a record is larger than the raw topic takes (max.message.bytes)'
    return isAlone
      ? new ServeError('SPILL_LIMIT', problem, { status: 413 })
      : new ServeError('SPILL_LIMIT', `${problem}; other records may be durable`, { status: 413, more: partialFields })
  }
  if (!passingKinds.has(error.kind)) return error
  const message =
    'the gate began anew, was cut off from its topics or has not decided the events in time (GATE_DECISION_MS), and some of them may be durable; send all of them again if they have ids'
  return new ServeError('SPILL_SOURCE', message, { ...retryLater, more: partialFields })
}
