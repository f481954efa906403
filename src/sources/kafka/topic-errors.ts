/** Errors of a cluster in the words of a source: what is lost, and what to do. */
import { SpillwayError } from '../../base/index.ts'
import { KafkaError } from '../../kafka/index.ts'
import type { TopicSession } from './topic-session.ts'

const EMPTY_FOLDER = 'Start with an empty data folder'

/**
 * The error that ends a source; `place` names the topic. Errors that are not of a cluster pass unchanged. Without a session the topic was never
 * reached.
 */
export async function topicError(source: string, place: string, error: unknown, session: TopicSession | undefined): Promise<unknown> {
  if (!(error instanceof KafkaError)) return error
  const problem = error.kind === 'out-of-range' && session ? await rangeProblem(error, session) : problemOf(error)
  return new SpillwayError('SPILL_SOURCE', `source '${source}': ${problem}`, { cause: error, place })
}

/** Tells a position before the first record from one behind the last. */
async function rangeProblem(error: KafkaError, session: TopicSession): Promise<string> {
  const { partition, offset } = error.place!
  try {
    const [first] = (await session.offsets([partition], 'earliest')).values()
    const [end] = (await session.offsets([partition], 'latest')).values()
    const range = `partition ${partition} has the offsets ${first} to ${end - 1}, and the next to read is ${offset}`
    return offset < first ? `${range}: ${deletedProblem(partition)}` : `${range}: ${cutProblem}`
  } catch {
    return problemOf(error)
  }
}

const deletedProblem = (partition: number): string =>
  `the records of partition ${partition} after the committed position are gone: the topic's retention deleted them before they were read. ` +
  `Keep records longer than the run may rest. ${EMPTY_FOLDER}`

const cutProblem =
  'records that were read are no longer in the topic, since a leader was elected that had not received them, or a broker lost its disk. ' +
  `Others take their offsets. ${EMPTY_FOLDER}`

function problemOf({ kind, message }: KafkaError): string {
  switch (kind) {
    case 'unavailable':
      return `Kafka cannot be reached: ${message}`
    case 'denied':
      // A login or a certificate that is rejected has its own fix in the message.
      return message.includes('AUTHORIZATION') ? `Kafka rejects this client: ${message}. Allow it to read and describe the topic` : message
    case 'truncated':
      return `${message}: ${cutProblem}`
    case 'corrupt':
      return `${message}. Nothing was skipped: a start goes on there. Restore the partition from another replica`
    case 'no-credentials':
    case 'out-of-range':
    case 'replaced':
    case 'missing':
    case 'oversized':
    case 'rejected':
    case 'fenced':
    case 'protocol':
      return message
  }
}
