/** The model without retraining, of a pipeline that trains it. */
export interface IncidentModelPart {
  /** `champion version 3`, `the model trained as of each time by its schedule (Mondays at 00:00), 12 trainings`. */
  readonly text: string
  /** The number of models fitted, each as of its time. */
  readonly trainings: number
  /** The promoted version, and the number of judged decisions that it scores: those outside its training data. */
  readonly champion?: { readonly version: number; readonly decisions: number }
}
