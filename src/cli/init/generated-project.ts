import type { LabelHint } from './label-hints.ts'

/** A project as `init` makes it: its files by their path, and the name of its one source. */
export interface Project {
  readonly files: Readonly<Record<string, string>>
  readonly source: string
  /** Of a file that was given: which sources of `audit.ts` it feeds and what was guessed, or why there is none. */
  readonly audit?: ProjectAudit | { readonly why: string; readonly labels: readonly LabelHint[] }
  /** Of that file: columns of which it does not tell how they are to be read, in words. */
  readonly unclear?: readonly string[]
}

export interface ProjectAudit {
  readonly sources: readonly string[]
  readonly guessed: readonly string[]
}
