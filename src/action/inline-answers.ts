/** Inline answers: those that follow from decisions, the fallbacks where no decision came in time, and the deadline. */
import type { ActionIR, EffectIR, PipelineIR } from '../define/ir/index.ts'
import { ActionTrigger } from './action-trigger.ts'

interface Scored {
  readonly model: string
  readonly score: number | null
  /** Chance of exploration by action, for actions that this decision explored. */
  readonly explored?: Readonly<Record<string, number>>
}

type AnswerIR = Extract<EffectIR, { kind: 'answer' }>
type AnsweringIR = ActionIR & { readonly do: AnswerIR }

export class InlineAnswers {
  readonly #answering: readonly { readonly action: AnsweringIR; readonly firing: ActionTrigger }[]

  /** Keeps the answering actions of `models`. */
  constructor({ actions = [] }: PipelineIR, models: readonly string[]) {
    const matching = actions.filter((action): action is AnsweringIR => action.do.kind === 'answer' && models.includes(action.model))
    this.#answering = matching.map(action => ({ action, firing: new ActionTrigger(action) }))
  }

  get isEmpty(): boolean {
    return this.#answering.length === 0
  }

  /** Longest time that a caller waits for its answer, ms; `undefined` where no answer has a deadline. */
  get deadline(): number | undefined {
    const deadlines = this.#answering.flatMap(({ action }) => action.deadline ?? [])
    return deadlines.length === 0 ? undefined : Math.min(...deadlines)
  }

  /** Answers by action. An explored action gives its `explored` answer, if it has one. */
  answersFor(decisions: readonly Scored[]): Record<string, unknown> {
    const answers: Record<string, unknown> = {}
    for (const { action, firing } of this.#answering) {
      const triggering = decisions.filter(decision => decision.model === action.model && follows(firing, decision))
      const { answer, explored } = action.do
      if (triggering.some(decision => !isExplored(action, decision))) answers[action.name] = answer
      else if (triggering.length > 0 && explored !== undefined) answers[action.name] = explored
    }
    return answers
  }

  /** Fallback answers by action, for a request without a decision. */
  fallbacks(): Record<string, unknown> {
    const withFallback = this.#answering.filter(({ action }) => action.do.otherwise !== undefined)
    return Object.fromEntries(withFallback.map(({ action }) => [action.name, action.do.otherwise]))
  }
}

const follows = (firing: ActionTrigger, { score }: Scored): boolean =>
  score !== null && firing.rowsMeeting({ values: Float64Array.of(score) }, 1).length > 0

const isExplored = ({ name }: ActionIR, { explored = {} }: Scored): boolean => Object.hasOwn(explored, name)
