/** Options of an audit, besides the pipeline and its history. */
import type { StrictOmit } from '../../base/index.ts'
import type { ScoringDefinitions } from '../../decision/index.ts'
import type { ModelIR } from '../../define/ir/index.ts'
import type { PipelineWorth } from '../../define/index.ts'
import type { People } from '../cost/people.ts'
import type { Prices } from '../cost/prices.ts'
import type { ExperimentOptions } from '../experiment/experiment.ts'
import type { StagesPart } from '../domain/audit-report.ts'

/** A pipeline that can be audited: its definitions and their fingerprint. */
export interface AuditedPipeline extends ScoringDefinitions {
  readonly fingerprint: string
}

/**
 * Options of `audit`. `traces`, `isCensored` and `chanceOf` describe decisions of a run. `threads` is by default the number of cores less
 * one, at most AUDIT_THREADS_MAX.
 */
export interface AuditOptions extends StrictOmit<ExperimentOptions, 'lookBack'> {
  readonly model: ModelIR
  readonly worth: PipelineWorth
  readonly seed: number
  /** Draws of the distribution behind simultaneous intervals. */
  readonly draws: number
  /** Prices of the target deployment, in dollars. */
  readonly prices: Prices
  /** People cost: on call, incidents and pages. */
  readonly people: People
  /** Stage times of a run's decisions, or the reason why there are none. */
  readonly stages: StagesPart | { readonly why: string }
  /** CPU seconds spent on reading each source, by its name. */
  readonly intakeSeconds?: ReadonlyMap<string, number> | undefined
  /** CPU seconds of this process, from which costs are measured. Replaced in tests, so that a report is the same to the byte. */
  readonly seconds?: (() => number) | undefined
  /** Greatest number of plans with different decisions that are evaluated; `AUDIT_PLANS_MAX` by default. */
  readonly plansMax?: number | undefined
  /** The command that started the audit, so that a reader can repeat it. */
  readonly command: string
  /** Called with the current step and the share of the whole audit that is done. */
  readonly onProgress?: ((stage: string, share: number) => void) | undefined
  /**
   * Returns the result that an interrupted audit stored under `name` for the same `of`, or computes and stores it. `of` lists all inputs of
   * the result.
   */
  readonly checkpoint?: (<T>(name: string, of: string, make: () => Promise<T>) => Promise<T>) | undefined
}
