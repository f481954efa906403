/** The model as it is, of a pipeline that trains it. */
export interface IncidentModelPart {
  /** `champion version 3`, `the model trained as of each time by its schedule (Mondays at 00:00), 12 trainings`. */
  readonly text: string
  /** How many models were fitted, each as of its time. */
  readonly trainings: number
  /** The promoted version, and how many of the judged decisions it scores: those that it was not trained on. */
  readonly champion?: { readonly version: number; readonly decisions: number }
}
