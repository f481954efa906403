/** Answers of the server's routes, as far as the dashboard reads them. Times are UTC ms. */
import type { DriftAnswer, PromotionRuleAnswer, TrainingSplitAnswer } from './model-answers.ts'

export type RoleName = 'ingest' | 'read' | 'decide' | 'operate' | 'personal' | 'admin'

export interface SessionAnswer {
  readonly authorization: 'token' | 'own' | 'none'
  readonly roles: readonly RoleName[]
  readonly client?: string
  readonly pipeline?: string
  /** The reason why the session ended. */
  readonly ended?: string
}

export interface SourceCounts {
  readonly source: string
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  readonly late: number
  /** Arrival of its newest accepted event, UTC ms; absent without one. */
  readonly lastArrival?: number
}

export interface EffectCountAnswer {
  readonly action: string
  readonly state: EffectStateName
  readonly effects: number
}

export interface LetterCounts {
  readonly source: string | null
  readonly reason: string
  readonly letters: number
}

export interface StatusAnswer {
  readonly at: number
  readonly started: number
  readonly state: 'running' | 'held' | 'stopped' | 'failed'
  readonly problem?: string
  readonly sequence: number
  readonly waiting: number
  readonly memoryBytes: number
  readonly sources: readonly SourceCounts[]
  readonly models: readonly { readonly model: string; readonly decisions: number }[]
  readonly effects: readonly EffectCountAnswer[]
  readonly deadLetters: readonly LetterCounts[]
}

export interface DescribedItem {
  readonly name: string
  readonly type: string
  readonly definition?: string
}

interface NotesAnswer {
  readonly owner?: string
  readonly description?: string
}

export interface SourceAnswer {
  readonly name: string
  readonly key: string
  readonly time: string
  readonly id?: string
  readonly columns: readonly DescribedItem[]
  readonly allowedLateness: number
  readonly dedupe: number
}

export interface GroupAnswer extends NotesAnswer {
  readonly name: string
  readonly source: string
  readonly key: readonly string[]
  readonly entity: readonly string[]
  readonly placement: { readonly kind: string; readonly text: string }
  readonly features: readonly DescribedItem[]
}

export interface ModelDefinitionAnswer extends NotesAnswer {
  readonly name: string
  readonly trigger: string
  readonly source?: string
  readonly request?: readonly DescribedItem[]
  readonly groups: readonly string[]
  readonly inputs: readonly DescribedItem[]
  readonly score: string
  readonly isTrained: boolean
}

export interface ActionAnswer extends NotesAnswer {
  readonly name: string
  readonly model: string
  readonly when: string
  readonly effect: string
  /** Attempts after which an effect is dead; absent where nothing is sent. */
  readonly attempts?: number
  readonly deadline?: number
}

export interface ReportAnswer extends NotesAnswer {
  readonly name: string
  readonly model?: string
  readonly groups: readonly string[]
  readonly schedule: string
}

export interface PipelineAnswer {
  readonly name: string
  readonly sources: readonly SourceAnswer[]
  readonly groups: readonly GroupAnswer[]
  readonly models: readonly ModelDefinitionAnswer[]
  readonly actions: readonly ActionAnswer[]
  readonly reports: readonly ReportAnswer[]
}

export interface ObjectiveAnswer {
  readonly group: string
  /** Greatest age, ms, and the share of decisions that must be within it. */
  readonly age: number
  readonly share: number
  readonly recent?: { readonly until: number; readonly decisions: number; readonly within: number }
}

export type EffectStateName = 'pending' | 'delivered' | 'dead' | 'dropped' | 'dry'

export interface EffectAnswer {
  readonly number: number
  readonly action: string
  readonly id: string
  readonly entry: number
  readonly key: unknown
  readonly t: number
  readonly decidedAt: number
  readonly due?: number
  readonly state: EffectStateName
  readonly attempts: number
  readonly next?: number
  readonly why?: string
  readonly began?: number
  readonly sent?: number
  readonly settled?: number
  readonly late?: boolean
}

/** `GET /effects`: the counts are of the filter. */
export interface EffectsAnswer {
  readonly effects: readonly EffectAnswer[]
  readonly counts: readonly EffectCountAnswer[]
}

export interface LetterAnswer {
  readonly id: number
  readonly source?: string
  readonly reason: string
  readonly detail: string
  readonly place: string
  readonly at: number
  readonly attempts: number
  readonly version: string
  readonly raw?: string
  readonly rawBase64?: string
  readonly original?: string
  readonly originalBase64?: string
  readonly form?: unknown
  readonly outcome?: string
  /** Personal data of the record are masked. */
  readonly isMasked?: boolean
}

export interface ReadAnswer {
  readonly visibleEvents: number
  readonly asOf: number | null
}

export interface DecisionAnswer {
  readonly model: string
  readonly t: number
  readonly key: unknown
  readonly id?: unknown
  readonly entry: number
  readonly vector: Readonly<Record<string, unknown>>
  readonly score: number | null
  readonly version?: number
  readonly challenger?: { readonly version: number; readonly score: number | null }
  readonly unscored?: string
  readonly rejected?: string
  readonly explored?: Readonly<Record<string, number>>
  readonly read: Readonly<Record<string, ReadAnswer>>
}

export interface TracedEffectAnswer {
  readonly number: number
  readonly action: string
  readonly state: EffectStateName
  readonly attempts: number
  readonly decidedAt: number
  readonly due?: number
  readonly why?: string
  readonly settled?: number
  readonly queueMs?: number
  readonly deliveryMs?: number
  readonly acknowledgementMs?: number
}

export type TriggerAnswer =
  | {
      readonly kind: 'event'
      readonly source: string
      readonly time: number
      readonly arrival: number
      readonly fields: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'tick'; readonly t: number }
  | { readonly kind: 'request'; readonly t: number; readonly fields: Readonly<Record<string, unknown>> }

export interface StageTimesAnswer {
  readonly waited?: number
  readonly intake?: number
  readonly queued?: number
  readonly features: number
  readonly inference: number
  readonly durable: number
}

export interface TraceAnswer {
  readonly decision: DecisionAnswer
  readonly on?: TriggerAnswer
  readonly moments?: Readonly<Partial<Record<'came' | 'turn' | 'appended', number>>> &
    Readonly<Record<'begun' | 'features' | 'scored' | 'durable', number>>
  readonly stages?: StageTimesAnswer
  readonly effects: readonly TracedEffectAnswer[]
}

export type JobStateName = 'running' | 'done' | 'failed' | 'broken off'

export interface BatchRunAnswer {
  readonly number: number
  readonly group: string
  readonly why: string
  readonly state: JobStateName
  readonly s: number
  readonly began: number
  readonly ended?: number
  readonly error?: string
  readonly done?: { readonly read: number; readonly keys: number; readonly bytes: number; readonly hash: string }
  readonly swappedAt?: number
}

export interface ReportRunAnswer {
  readonly number: number
  readonly report: string
  readonly why: string
  readonly state: JobStateName
  readonly s: number
  readonly began: number
  readonly ended?: number
  readonly error?: string
  readonly done?: { readonly rows: number; readonly stale: boolean }
}

export interface ReconciliationAnswer {
  readonly number: number
  readonly why?: string
  readonly state: JobStateName
  readonly began: number
  readonly ended?: number
  readonly error?: string
  readonly done?: { readonly decisions: number; readonly values: number; readonly unexplained: number; readonly sound: boolean }
}

export interface VersionAnswer {
  readonly number: number
  readonly state: string
  readonly why: string
  readonly because?: string
  readonly at: number
  readonly began: number
  readonly ended?: number
  readonly train?: { readonly promote: PromotionRuleAnswer }
  readonly trained?: { readonly metrics: Readonly<Record<string, number>>; readonly split?: TrainingSplitAnswer }
  readonly shadowed?: {
    readonly from: number
    readonly to: number
    readonly metrics: Readonly<Record<string, number>>
    readonly champion: Readonly<Record<string, number>>
  }
  readonly verdict?: string
  readonly error?: string
}

export interface ModelAnswer {
  readonly model: string
  readonly scores: number
  readonly drift?: DriftAnswer
  /** The version that a rollback would make the champion; 0 is the score of the definition. */
  readonly rollback?: number
  readonly versions: readonly VersionAnswer[]
}
