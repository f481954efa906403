/** The command, the seed and the definitions that give the same report again. */
export interface Reproduce {
  readonly command: string
  readonly version: string
  readonly seed: number
  readonly draws: number
  /** SHA-256 of the decisions' vectors as they run now. */
  readonly decisions: string
  readonly definitions: string
}
