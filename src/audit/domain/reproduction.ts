/** The command, seed and definitions that reproduce the report. */
export interface Reproduction {
  readonly command: string
  readonly version: string
  readonly seed: number
  readonly draws: number
  /** SHA-256 of the feature vectors as the pipeline runs now. */
  readonly decisions: string
  readonly definitions: string
}
