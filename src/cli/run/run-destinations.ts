/** The destinations of a run: of effects, of decisions, and of dead letters. */
import { closeDestinations, openActionDestinations, openRecordDestinations, type RecordDestinations } from '../../action/index.ts'
import type { Effect } from '../../define/action/index.ts'
import type { Pipeline } from '../../define/index.ts'
import type { LiveRunOptions } from '../../run/index.ts'

type RunDestinations = Pick<LiveRunOptions, 'sendings' | 'decisions' | 'deadLetters'>

/** Opens all of them, or none. Throws as `openActionDestinations` and `openRecordDestinations` do. */
export async function openRunDestinations(pipeline: Pipeline, records: RecordDestinations<Effect>): Promise<RunDestinations> {
  const sendings = await openActionDestinations(pipeline, process.env)
  try {
    return { sendings, ...(await openRecordDestinations(records, process.env)) }
  } catch (error) {
    return closeAfter(error, { sendings })
  }
}

/** Closes the destinations of a run that does not start, and throws the error. */
export async function closeAfter(error: unknown, { sendings = [], decisions, deadLetters }: RunDestinations): Promise<never> {
  await closeDestinations([...sendings, ...[decisions, deadLetters].filter(each => each !== undefined)])
  throw error
}
