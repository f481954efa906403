/**
 * The drift state of a model in the registry: the result of the last drift check and the training that is due. A restart continues from it,
 * so that no training is lost or repeated. Times are UTC ms.
 */
import type { NamedValues, NamedWrite } from '../../log/index.ts'

/** Result of the last drift check. */
export interface DriftState {
  /** Time of the check. */
  readonly at: number
  /** Version whose training decisions are the reference; 0, the definition's own score, has none. */
  readonly version: number
  /** Decisions compared. */
  readonly rows: { readonly reference: number; readonly recent: number }
  /** Description of the drift; absent without drift. */
  readonly because?: string
  /** Reason why inputs and scores could not be compared. */
  readonly silent?: string
  /** Trainings that drift requested since the last check without drift. */
  readonly trainings: number
  /** Time of the last check that ever requested a training. */
  readonly asked?: number
  /** The requested training that is not done. */
  readonly due?: DueTraining
}

/** A requested training, from the events that had arrived by `at`. */
export interface DueTraining {
  readonly at: number
  readonly because: string
}

const nameOf = (model: string): string => `drift/${model}`

/** Reads the drift state of a model. */
export function driftStateOf(values: NamedValues, model: string): DriftState | undefined {
  const text = values.get(nameOf(model))
  return text === undefined ? undefined : (JSON.parse(text) as DriftState)
}

/** Writes the drift state of a model. */
export const putDriftState = (model: string, state: DriftState): NamedWrite => [nameOf(model), JSON.stringify(state)]
