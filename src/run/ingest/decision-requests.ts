/** Requests for decisions that a run was asked, until each is answered: checked at once, marked in the log, decided, and answered when that is durable. */
import { stopwatch } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { Strings } from '../../columns/strings.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { rawText } from '../../intake/batch.ts'
import { RequestReader } from '../../intake/request-reader.ts'
import type { Mark } from '../../log/segment.ts'
import type { StoredDecisions } from '../../log/store.ts'
import { recordedDecisions, type RecordedDecision } from '../decide/recorded-decision.ts'

export type RequestMark = Extract<Mark, { kind: 'request' }>

interface Waiting {
  /** When it was asked, ms by the stopwatch. */
  readonly came: number
  readonly model: string
  readonly fields: Readonly<Record<string, unknown>>
  /** It is made. */
  readonly onMade: (decision: RecordedDecision) => void
  /** It is durable. */
  readonly resolve: (decision: RecordedDecision) => void
  readonly reject: (error: unknown) => void
}

/** A decision that was asked for. Both reject if the run fails before. */
export interface Asking {
  /** As soon as it is made, which is before it is durable. */
  readonly decided: Promise<RecordedDecision>
  readonly durable: Promise<RecordedDecision>
}

export class Asked {
  readonly #ir: PipelineIR
  #waiting: Waiting[] = []
  /** By entry of the log. */
  readonly #marked = new Map<number, Waiting>()

  constructor(ir: PipelineIR) {
    this.#ir = ir
  }

  /** Has nothing been asked that is not marked? */
  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** When the first was asked that is not marked, ms by the stopwatch. */
  get came(): number | undefined {
    return this.#waiting[0]?.came
  }

  /** Throws `SPILL_INPUT` for a model that there is not, that decides otherwise, or for fields that are not the request's. */
  add(model: string, fields: unknown): Asking {
    const asked = JSON.parse(rawText(fields)) as Readonly<Record<string, unknown>>
    this.#check(model, asked)
    const { promise: decided, resolve: onMade, reject: fail } = Promise.withResolvers<RecordedDecision>()
    const { promise: durable, resolve, reject } = Promise.withResolvers<RecordedDecision>()
    // Who waits for one of them need not wait for the other.
    decided.catch(() => {})
    durable.catch(fail)
    this.#waiting.push({ came: stopwatch(), model, fields: asked, onMade, resolve, reject })
    return { decided, durable }
  }

  /** What is asked as marks, of which the first will be entry `first` of the log; none is before `t`, UTC ms. */
  mark(first: number, t: number): RequestMark[] {
    const marked = this.#waiting
    this.#waiting = []
    return marked.map((waiting, i) => {
      this.#marked.set(first + i, waiting)
      return { kind: 'request', model: waiting.model, id: String(first + i), t, fields: waiting.fields }
    })
  }

  /** Of decisions that have been made, those that answer; their bytes are good until the store takes them. */
  answersIn(decisions: readonly StoredDecisions[]): RecordedDecision[] {
    if (this.#marked.size === 0) return []
    const answers = decisions
      .filter(({ first, last }) => [...this.#marked.keys()].some(entry => first <= entry && entry <= last))
      .flatMap(({ bytes }) => [...recordedDecisions(bytes)].filter(({ entry }) => this.#marked.has(entry)))
    for (const decision of answers) this.#marked.get(decision.entry)!.onMade(decision)
    return answers
  }

  /** Answers: the decisions are durable. */
  answer(decisions: readonly RecordedDecision[]): void {
    for (const decision of decisions) {
      this.#marked.get(decision.entry)?.resolve(decision)
      this.#marked.delete(decision.entry)
    }
  }

  refuse(error: unknown): void {
    for (const { reject } of [...this.#waiting.splice(0), ...this.#marked.values()]) reject(error)
    this.#marked.clear()
  }

  #check(name: string, fields: unknown): void {
    const model = this.#ir.models.find(candidate => candidate.name === name)
    if (!model)
      throw new SpillwayError(
        'SPILL_INPUT',
        `pipeline '${this.#ir.name}' has no model '${name}'${didYouMean(
          name,
          this.#ir.models.map(candidate => candidate.name),
        )}`,
      )
    if (model.decide.kind !== 'request') throw new SpillwayError('SPILL_INPUT', `model '${name}' does not decide on request`)
    const fault = new RequestReader(model.decide, new Strings()).take(fields)
    if (fault) throw new SpillwayError('SPILL_INPUT', `request to model '${name}': ${fault.detail}`)
  }
}
