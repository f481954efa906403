/** Opens what a run is connected to: readers of its sources, destinations of its effects and records, and receivers of its alerts. */
import {
  closeDestinations,
  openActionDestinations,
  openRecordDestinations,
  type ActionDefinitions,
  type ActionDestination,
  type RecordDestinations,
} from '../action/index.ts'
import { didYouMean, SpillwayError } from '../base/index.ts'
import type { Destination, Effect } from '../define/action/index.ts'
import type { AlertDestinationIR } from '../define/config/index.ts'
import { openAlertReceivers } from '../monitor/index.ts'
import type { LiveRunOptions, Runnable } from '../run/index.ts'
import { openReaders, type OpenedReader, type SourceInput } from '../sources/index.ts'
import type { ReaderKind, ReaderSetting } from '../sources/reader/index.ts'

/** A pipeline with the functions of its maps, scores and actions: the result of `pipeline('…', [ … ])`. */
export type RunnablePipeline = Runnable & ActionDefinitions

/** The checked settings of connections. */
export interface ConnectionSettings {
  /** The data folder. */
  readonly data: string
  readonly inputs: readonly { readonly source: string; readonly input: SourceInput }[]
  /** Kinds of readers besides those of Spillway. */
  readonly kinds?: readonly ReaderKind[]
  /** Destinations of actions in place of those of the pipeline, by the name of the action. */
  readonly destinations?: Readonly<Record<string, Destination>>
  readonly records: RecordDestinations<Effect>
  /** Receivers of alerts. */
  readonly notify: readonly AlertDestinationIR[]
  /** Open readers alone: effects are recorded, and nothing is sent. */
  readonly isDry: boolean
}

/** The destinations of a run, which it closes. */
export type RunDestinations = Pick<LiveRunOptions, 'sendings' | 'decisions' | 'deadLetters'>

/** The connections of a run. */
export interface Connections {
  readonly readers: readonly OpenedReader[]
  readonly alertReceivers: Awaited<ReturnType<typeof openAlertReceivers>>
  readonly destinations: RunDestinations
}

/**
 * Opens all connections, or none. `env` are the variables of addresses and secrets.
 *
 * @throws `SPILL_INPUT` for an unusable address, a missing variable or file; `SPILL_NOT_FOUND` for an unknown source or action.
 */
export async function openConnections(
  pipeline: RunnablePipeline,
  { data, inputs, kinds = [], destinations = {}, records, notify, isDry }: ConnectionSettings,
  env: ReaderSetting['env'],
): Promise<Connections> {
  const readers = openReaders(pipeline, inputs, { env, data, kinds })
  if (isDry) return { readers, alertReceivers: [], destinations: { sendings: [] } }
  const alertReceivers = await openAlertReceivers(notify, env)
  const sendings = await openSendings(pipeline, destinations, env)
  try {
    return { readers, alertReceivers, destinations: { sendings, ...(await openRecordDestinations(records, env)) } }
  } catch (error) {
    return closeAfter(error, { sendings })
  }
}

/** Closes the destinations of a run that does not start, and throws the error. */
export async function closeAfter(error: unknown, { sendings = [], decisions, deadLetters }: RunDestinations): Promise<never> {
  await closeDestinations([...sendings, ...[decisions, deadLetters].filter(each => each !== undefined)])
  throw error
}

/** Opens the destinations of the pipeline's actions; those in `destinations` need no settings. */
async function openSendings(
  pipeline: RunnablePipeline,
  destinations: Readonly<Record<string, Destination>>,
  env: ReaderSetting['env'],
): Promise<ActionDestination[]> {
  const { actions = [] } = pipeline.ir
  const names = actions.map(({ name }) => name)
  for (const name of Object.keys(destinations))
    if (!names.includes(name))
      throw new SpillwayError(
        'SPILL_NOT_FOUND',
        `destinations: pipeline '${pipeline.ir.name}' has no action '${name}'${didYouMean(name, names)}`,
      )
  const others = { ...pipeline, ir: { ...pipeline.ir, actions: actions.filter(({ name }) => !(name in destinations)) } }
  return [
    ...Object.entries(destinations).map(([action, destination]) => ({ action, destination })),
    ...(await openActionDestinations(others, env)),
  ]
}
