/** Evidence of an alert: a line that names its cause, and counts of what it costs, each with the view that lists them. */
import { pastDeadline } from '../actions/effect-text.ts'
import type { AlertAnswer } from '../alerts/alert-answers.ts'
import type { EffectsAnswer, PipelineAnswer } from '../core/answers.ts'
import type { PageName } from '../core/location.ts'
import { queryText } from '../core/query-text.ts'
import { countText, pluralText, timeStamp } from '../core/text.ts'
import type { CauseAnswer, CausesAnswer } from '../dead-letters/letter-answers.ts'
import type { SeriesAnswer } from '../live/stored-series.ts'
import { type GroupRuns, lastRunText } from '../runs/group-runs.ts'

/** The routes with the evidence of an alert; `undefined` for what its cause does not need. */
export interface EvidencePaths {
  readonly causes?: string
  readonly pending?: string
  readonly decisions?: string
}

/** Pending effects that are read: those whose deadline is ahead are the newest. */
const PENDING_READ = 100

/** `mayOperate`: dead letters may be confidential. */
export function evidencePaths({ cause, subject: { name }, began }: AlertAnswer, mayOperate: boolean): EvidencePaths {
  if (cause === 'dead-letters' && mayOperate) return { causes: `/dead-letters/causes${queryText({ source: name })}` }
  if (cause === 'effects') return { pending: `/effects${queryText({ action: name, state: 'pending', limit: PENDING_READ })}` }
  if (cause === 'batch-run' && began !== undefined)
    return { decisions: `/series${queryText({ names: 'decisions', since: new Date(began).toISOString() })}` }
  return {}
}

/** The answers so far. */
export interface EvidenceAnswers {
  readonly causes?: CausesAnswer | undefined
  readonly pending?: EffectsAnswer | undefined
  readonly decisions?: SeriesAnswer | undefined
  /** Groups with batch runs. */
  readonly runs: readonly GroupRuns[]
  readonly models: PipelineAnswer['models']
}

export interface EvidenceCount {
  readonly text: string
  readonly page: PageName
  readonly query: Readonly<Record<string, string>>
}

export interface AlertEvidence {
  readonly line?: string
  readonly counts: readonly EvidenceCount[]
}

/** `now`: the server's time, UTC ms. */
export function alertEvidence(alert: AlertAnswer, answers: EvidenceAnswers, now: number): AlertEvidence {
  switch (alert.cause) {
    case 'dead-letters':
      return letterEvidence(alert, answers)
    case 'effects':
      return effectEvidence(alert, answers, now)
    case 'batch-run':
      return runEvidence(alert, answers, now)
    default:
      return { counts: [] }
  }
}

/** The cause with the most records since the begin. */
function letterEvidence({ subject: { name }, began, opened }: AlertAnswer, { causes, models }: EvidenceAnswers): AlertEvidence {
  const recent = causes?.causes.filter(({ last }) => last >= (began ?? opened)) ?? []
  const main = recent.reduce<CauseAnswer | undefined>((most, cause) => (most && most.letters >= cause.letters ? most : cause), undefined)
  if (!main) return { counts: [] }
  const undecided = models.some(({ source }) => source === name) ? ', without a decision' : ''
  const text = `${pluralText(main.letters, 'record')} rejected for this cause${undecided}`
  return { line: main.detail, counts: [{ text, page: 'dead-letters', query: { source: name, cause: main.cause } }] }
}

function effectEvidence({ subject: { name } }: AlertAnswer, { pending }: EvidenceAnswers, now: number): AlertEvidence {
  if (!pending) return { counts: [] }
  const waiting = pending.counts.reduce((sum, { effects }) => sum + effects, 0)
  const failed = pending.effects
    .filter(({ attempts, why }) => attempts > 0 && why !== undefined)
    .reduce<EffectsAnswer['effects'][number] | undefined>(
      (last, effect) => ((last?.sent ?? 0) > (effect.sent ?? 0) ? last : effect),
      undefined,
    )
  const past = pastDeadline(pending.effects, waiting, now)
  const late = past === undefined || past === 0 ? '' : `, ${past === waiting ? 'all' : `${countText(past)} of them`} past their deadline`
  return {
    ...(failed && { line: `Last failure: ${failed.why}` }),
    counts:
      waiting === 0
        ? []
        : [{ text: `${pluralText(waiting, 'effect')} not delivered${late}`, page: 'actions', query: { action: name, state: 'pending' } }],
  }
}

function runEvidence(alert: AlertAnswer, { decisions, runs }: EvidenceAnswers, now: number): AlertEvidence {
  const { subject, began, affected } = alert
  const own = runs.find(({ group }) => group === subject.name)
  const series = decisions?.series.filter(({ labels }) => affected.models.includes(labels['model'])) ?? []
  const count = series.reduce((sum, { values }) => sum + values.reduce<number>((total, value) => total + (value ?? 0), 0), 0)
  const [model] = affected.models
  return {
    ...(own && { line: lastRunText(own, now) }),
    counts:
      count === 0 || began === undefined
        ? []
        : [
            {
              text: `${pluralText(count, 'decision')} on stale values since ${timeStamp(began).slice(0, 16)} UTC`,
              page: 'decisions',
              query: { model },
            },
          ],
  }
}
