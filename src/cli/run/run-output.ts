/** The output of a run for people, and its events for the process around it: `spillway run` prints all lines, `spillway dev` most of them. */
import { printStatus } from '../command/print.ts'

/** The kind of a line: periodic counts, an effect of a dry run, the start of a source, or anything else. */
export type RunLineKind = 'counts' | 'dry effect' | 'source' | 'other'

/** Receives the output of a run. */
export interface RunOutput {
  readonly print: (line: string, kind?: RunLineKind) => void
  /** Called with the URL of the server once it listens, after the line that says so. */
  readonly onListening?: (url: string) => void
}

/** Prints every line on standard error. */
export const printedOutput: RunOutput = { print: printStatus }
