/** What looks for the drift of a model have found, as the registry keeps it: what a start goes on from, so that it neither forgets a training nor makes one twice. Times are UTC ms. */
import type { NamedValues, Put } from './registry.ts'

export interface DriftState {
  /** The time of the last look. */
  readonly at: number
  /** The version whose training decisions were held against; 0 is the model's own score, which has none. */
  readonly version: number
  /** Decisions that were compared. */
  readonly rows: { readonly reference: number; readonly recent: number }
  /** What had drifted; absent where nothing had. */
  readonly because?: string
  /** Why nothing can be said of inputs and scores. */
  readonly silent?: string
  /** Trainings that drift has asked for since a look found none. */
  readonly trainings: number
  /** The look that asked for the last one, ever. */
  readonly asked?: number
  /** One that it has asked for and that is not made. */
  readonly due?: DueTraining
}

/** On what had arrived by `at`. */
export interface DueTraining {
  readonly at: number
  readonly because: string
}

const nameOf = (model: string): string => `drift/${model}`

export function driftStateOf(values: NamedValues, model: string): DriftState | undefined {
  const text = values.get(nameOf(model))
  return text === undefined ? undefined : (JSON.parse(text) as DriftState)
}

export const putDriftState = (model: string, state: DriftState): Put => [nameOf(model), JSON.stringify(state)]
