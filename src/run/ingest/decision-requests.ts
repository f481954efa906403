/**
 * Decision requests of clients until their reply: validated at once, marked in the log, decided, and answered when the decision is durable.
 */
import { requireDefinition, SpillwayError, stopwatch, type TraceContext, TransientMap } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { rawJsonText, RequestReader } from '../../intake/index.ts'
import type { LogMarker, StoredDecisionBatch } from '../../log/index.ts'
import { recordedDecisions, type RecordedDecision } from '../decide/recorded-decision.ts'
import type { TraceContexts } from '../decide/trace-contexts.ts'

export type RequestMarker = Extract<LogMarker, { kind: 'request' }>

interface PendingRequest {
  /** Time of the request, ms by the stopwatch. */
  readonly requestedAt: number
  readonly model: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly trace: TraceContext | undefined
  /** The decision is made, not durable yet. */
  readonly onDecided: (decision: RecordedDecision) => void
  /** The decision is durable. */
  readonly resolve: (decision: RecordedDecision) => void
  readonly reject: (error: unknown) => void
}

/** A requested decision. Both promises reject if the run fails first. */
export interface PendingDecision {
  /** Resolves as soon as the decision is made, before it is durable. */
  readonly decided: Promise<RecordedDecision>
  readonly durable: Promise<RecordedDecision>
}

export class DecisionRequests {
  readonly #ir: PipelineIR
  readonly #traces: TraceContexts | undefined
  /** Names of the models that decide on request. */
  readonly #models: ReadonlySet<string>
  #unmarked: PendingRequest[] = []
  /** Requests that are marked in the log, by sequence number. */
  readonly #marked = new TransientMap<number, PendingRequest>()

  /** Contexts of marked requests go to `traces`. */
  constructor(ir: PipelineIR, traces?: TraceContexts) {
    this.#ir = ir
    this.#models = new Set(ir.models.filter(({ decide }) => decide.kind === 'request').map(({ name }) => name))
    this.#traces = traces
  }

  /** Is every request marked in the log? */
  get isEmpty(): boolean {
    return this.#unmarked.length === 0
  }

  /** Time of the oldest request without a marker, ms by the stopwatch. */
  get oldestAt(): number | undefined {
    return this.#unmarked[0]?.requestedAt
  }

  /**
   * Validates a request and adds it. Throws `SPILL_NOT_FOUND` for an unknown model, `SPILL_INPUT` for a model that does not decide on
   * request, and for invalid fields.
   */
  add(model: string, fields: unknown, trace?: TraceContext): PendingDecision {
    const parsed = JSON.parse(rawJsonText(fields)) as Readonly<Record<string, unknown>>
    this.#check(model, parsed)
    const { promise: decided, resolve: onDecided, reject: fail } = Promise.withResolvers<RecordedDecision>()
    const { promise: durable, resolve, reject } = Promise.withResolvers<RecordedDecision>()
    // A client may wait for one promise alone.
    decided.catch(() => {})
    durable.catch(fail)
    this.#unmarked.push({ requestedAt: stopwatch(), model, fields: parsed, trace, onDecided, resolve, reject })
    return { decided, durable }
  }

  /**
   * Turns the waiting requests into log markers. The first marker gets sequence number `first`; `t`, UTC ms, is the time of all of them.
   */
  mark(first: number, t: number): RequestMarker[] {
    const requests = this.#unmarked
    this.#unmarked = []
    return requests.map((request, i) => {
      const entry = first + i
      this.#marked.set(entry, request)
      const { model, trace } = request
      if (trace) this.#traces?.add({ kind: 'request', name: model, from: entry, to: entry + 1, context: trace })
      return { kind: 'request', model, id: String(entry), t, fields: request.fields }
    })
  }

  /**
   * Decodes those decisions that answer requests. Their bytes are valid until the store takes them. Cost: one lookup for each decision of a
   * model that decides on request, however many requests are pending.
   */
  repliesIn(decisions: readonly StoredDecisionBatch[]): RecordedDecision[] {
    if (this.#marked.size === 0) return []
    const answers = decisions
      .filter(({ model }) => this.#models.has(model))
      .flatMap(({ bytes }) => [...recordedDecisions(bytes)].filter(({ entry }) => this.#marked.get(entry) !== undefined))
    for (const decision of answers) this.#marked.get(decision.entry)!.onDecided(decision)
    return answers
  }

  /** Replies with durable decisions. */
  reply(decisions: readonly RecordedDecision[]): void {
    for (const decision of decisions) {
      this.#marked.get(decision.entry)?.resolve(decision)
      this.#marked.delete(decision.entry)
    }
  }

  reject(error: unknown): void {
    for (const { reject } of [...this.#unmarked.splice(0), ...this.#marked.values()]) reject(error)
    this.#marked.clear()
  }

  #check(name: string, fields: unknown): void {
    const { decide } = requireDefinition(this.#ir.name, 'model', this.#ir.models, name)
    if (decide.kind !== 'request') throw new SpillwayError('SPILL_INPUT', `model '${name}' does not decide on request`)
    const fault = new RequestReader(decide, new Strings()).readFields(fields)
    if (fault) throw new SpillwayError('SPILL_INPUT', `request to model '${name}': ${fault.detail}`)
  }
}
