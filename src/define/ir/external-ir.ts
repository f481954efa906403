/** A trainer that is a command, as it stands in the IR. */
export interface ExternalIR {
  readonly kind: 'external'
  readonly command: string
  readonly args: readonly string[]
  /** Milliseconds. */
  readonly timeout: number
  readonly env: Readonly<Record<string, string>>
}
