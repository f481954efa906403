/** Answers that are given inline: which follow from decisions, which stand where none was made in time, and when that is. */
import type { ActionIR, EffectIR, PipelineIR } from '../define/ir/ir.ts'
import { Firing } from './firing.ts'

interface Scored {
  readonly model: string
  readonly score: number | null
  /** By action that was left undone. */
  readonly explored?: Readonly<Record<string, number>>
}

type AnswerIR = Extract<EffectIR, { kind: 'answer' }>
type AnsweringIR = ActionIR & { readonly do: AnswerIR }

export class Answers {
  readonly #answering: readonly { readonly action: AnsweringIR; readonly firing: Firing }[]

  /** The answers of these models' decisions. */
  constructor({ actions = [] }: PipelineIR, models: readonly string[]) {
    const own = actions.filter((action): action is AnsweringIR => action.do.kind === 'answer' && models.includes(action.model))
    this.#answering = own.map(action => ({ action, firing: new Firing(action) }))
  }

  get isEmpty(): boolean {
    return this.#answering.length === 0
  }

  /** How long who asked waits at most, ms; `undefined` where no answer has a deadline. */
  get deadline(): number | undefined {
    const deadlines = this.#answering.flatMap(({ action }) => action.deadline ?? [])
    return deadlines.length === 0 ? undefined : Math.min(...deadlines)
  }

  /** By action, the answers that follow from decisions; of an action that was left undone what it says then, if anything. */
  following(decisions: readonly Scored[]): Record<string, unknown> {
    const answers: Record<string, unknown> = {}
    for (const { action, firing } of this.#answering) {
      const met = decisions.filter(decision => decision.model === action.model && follows(firing, decision))
      const { answer, explored } = action.do
      if (met.some(decision => !isExplored(action, decision))) answers[action.name] = answer
      else if (met.length > 0 && explored !== undefined) answers[action.name] = explored
    }
    return answers
  }

  /** By action, the answers that stand where there is no decision. */
  otherwise(): Record<string, unknown> {
    const said = this.#answering.filter(({ action }) => action.do.otherwise !== undefined)
    return Object.fromEntries(said.map(({ action }) => [action.name, action.do.otherwise]))
  }
}

const follows = (firing: Firing, { score }: Scored): boolean =>
  score !== null && firing.met({ values: Float64Array.of(score) }, 1).length > 0

const isExplored = ({ name }: ActionIR, { explored = {} }: Scored): boolean => Object.hasOwn(explored, name)
