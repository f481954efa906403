/** The files and metadata of a project that `spillway init` generates. */
import type { LabelHint } from './label-hints.ts'

/** A generated project. */
export interface GeneratedProject {
  /** Contents by path. */
  readonly files: Readonly<Record<string, string>>
  /** The name of its only source. */
  readonly source: string
  /** With `--from`: the sources of `audit.ts` that the file feeds, and the guesses in it; or the reason why there is no `audit.ts`. */
  readonly audit?: ProjectAudit | { readonly why: string; readonly labels: readonly LabelHint[] }
  /** With `--from`: columns whose format is ambiguous, a sentence each. */
  readonly unclear?: readonly string[]
}

/** The generated `audit.ts`: the names of its sources, and its guesses as sentences. */
export interface ProjectAudit {
  readonly sources: readonly string[]
  readonly guessed: readonly string[]
}
