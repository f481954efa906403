/** A planted fault: an edit of one source file. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FaultyText } from '../mutants/child.ts'

/** A text that occurs once in a file, and its replacement. */
export interface Edit {
  readonly path: string
  readonly was: string
  readonly is: string
  /** The law that the fault breaks, as its proof says it: anything else is no detection. Without it any finding of the proof is. */
  readonly finding?: RegExp
  /** Start of the search, shortly before a seed that detects it; default 1. */
  readonly seed?: number
  /** Searched in cases with trainings. */
  readonly trained?: true
}

/** The fault in the form with which a process is started. */
export function faultOf({ path, was, is }: Edit): FaultyText {
  const text = readFileSync(path, 'utf8')
  const start = text.indexOf(was)
  if (start < 0 || text.indexOf(was, start + 1) >= 0) throw new Error(`${path} has not one place with: ${was}`)
  return { path, of: hash('sha256', text), start, end: start + was.length, is }
}
