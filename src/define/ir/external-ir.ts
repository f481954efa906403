/** A command that trains models, in the IR. */
export interface ExternalIR {
  readonly kind: 'external'
  readonly command: string
  readonly args: readonly string[]
  /** Timeout, ms. */
  readonly timeout: number
  readonly env: Readonly<Record<string, string>>
}
