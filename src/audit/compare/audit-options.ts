/** What an audit is told beside the pipeline and its history. */
import type { Definitions } from '../../decision/scoring.ts'
import type { ModelIR } from '../../define/ir/ir.ts'
import type { PipelineWorth } from '../../define/value/worths.ts'
import type { People } from '../cost/people.ts'
import type { Prices } from '../cost/prices.ts'
import type { ExperimentOptions } from '../experiment/experiment.ts'
import type { StagesPart } from '../domain/audit-report.ts'

export interface Audible extends Definitions {
  readonly fingerprint: string
}

/** `traces`, `isCensored` and `chanceOf` describe decisions that ran. `threads`: by default cores less one, at most AUDIT_THREADS_MAX. */
export interface AuditOptions extends Omit<ExperimentOptions, 'lookBack'> {
  readonly model: ModelIR
  readonly worth: PipelineWorth
  readonly seed: number
  /** Of the distribution that bands hold together by. */
  readonly draws: number
  readonly prices: Prices
  readonly people: People
  /** Of decisions that ran, where there is a data folder. */
  readonly stages: StagesPart | { readonly why: string }
  /** Processor seconds of reading each source, by its name. */
  readonly intakeSeconds?: ReadonlyMap<string, number> | undefined
  /** CPU seconds of this process, by which costs are measured: replaced in tests, so that a report is the same to the byte. */
  readonly seconds?: (() => number) | undefined
  /** Plans with decisions of their own that are evaluated at most; `AUDIT_PLANS_MAX` unless given. */
  readonly plansMax?: number | undefined
  /** How the audit was called, for whoever makes it again. */
  readonly command: string
  /** What is being done, and the share of all of it that is done. */
  readonly onProgress?: ((stage: string, share: number) => void) | undefined
  /** Gives what was kept under a name by an audit that was broken off, or has it made and keeps it. `of` says what it depends on beside the name. */
  readonly kept?: (<T>(name: string, of: string, make: () => Promise<T>) => Promise<T>) | undefined
}
