/** Events into a gate: its part of `POST /sources/:source/events`, and its errors as clients get them. */
import { limits } from '../../base/index.ts'
import { KafkaError, passingKinds } from '../../kafka/index.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServedGate } from '../http/served-gate.ts'
import type { IngestTarget } from '../http/served-run.ts'

/** Without a sequence number: the checked topic has one of its own in each partition. */
export const gateTarget = ({ intake }: Pick<ServedGate, 'intake'>): IngestTarget => ({
  async submit(_source, batch) {
    if (!intake.takesEvents) throw new ServeError('SPILL_UNSUPPORTED', noJson)
    try {
      return await intake.submit(batch)
    } catch (error) {
      throw error instanceof KafkaError ? clientError(error) : error
    }
  },
  whenRoom: async () => {},
  get waiting() {
    return intake.waiting
  },
  isHeldBack: false,
  idRooms: () => [],
})

const noJson =
  'the raw topic of this gate has another format than JSON, or columns from keys and headers: events cannot come over HTTP; send them to the topic'

/** The other errors are for the operator. */
function clientError(error: KafkaError): unknown {
  if (error.kind === 'oversized')
    return new ServeError('SPILL_LIMIT', 'a record is larger than the raw topic takes (max.message.bytes); the others may be durable', {
      status: 413,
    })
  if (!passingKinds.has(error.kind)) return error
  const message =
    'the gate starts, begins anew or is cut off from its topics, and some of the events may not be durable; send all of them again'
  return new ServeError('SPILL_OVERLOAD', message, { status: 503, retryAfter: limits.HTTP_RETRY_AFTER_S })
}
