/**
 * An action: an effect that a model's decisions trigger, with a deadline and a cooldown.
 *
 * Invariant: `when` is a condition over the score of one model, and so identifies the model.
 */
import { show, type Duration } from '../../base/index.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { callerLocation, durationOf, mistake } from '../mistake/mistake.ts'
import type { OpenDestination } from './destination.ts'
import { EffectValue, type Effect } from './effect.ts'
import type { Expression } from '../expression/kinds.ts'
import type { ActionIR, Value, ExprIR, Notes } from '../ir/ir.ts'
import { ModelValue } from '../model/model.ts'
import { checkOptions, checkTitle, notesOf, optionNames, parseOptions } from '../mistake/names.ts'
import { describe, isCondition, Node } from '../expression/node.ts'

/** Effect of an action as it is sent, and as the user's own function gets it. */
export interface EffectRecord {
  /** Idempotency key: the same for every delivery of the effect. */
  readonly id: string
  readonly pipeline: string
  readonly action: string
  readonly model: string
  /** Key of the decision. */
  readonly key: Value
  /** As-of time of the decision, UTC ms. */
  readonly t: number
  readonly score: number
  /** Feature vector of the decision, nested as the model's inputs are. */
  readonly vector: Readonly<Record<string, unknown>>
  /** Deadline for the acknowledgement, UTC ms; only if the action has a deadline. */
  readonly due?: number
}

/**
 * The user's own effect: delivered when it resolves, retried when it throws. It may be called more than once for an `id`.
 * `attempt` is from 1.
 */
export type EffectFunction = (effect: EffectRecord, options: { readonly attempt: number }) => unknown

/** Options of `action`. */
export interface ActionOptions extends Notes {
  /** Condition over the score of a model: `hypo.score.gte(0.8)`. */
  readonly when: Expression<'input', 'bool'> | Hint<'when: a condition over the score, such as fraud.score.gte(0.9)'>
  /**
   * Deadline for the acknowledgement of the effect, from the event time of the trigger: the triggering event, the key's newest
   * event at a tick, or the request.
   */
  readonly deadline?: Duration | Hint<DurationAdvice<'deadline'>>
  /** After an effect for a key no further effect for this long, by the times of the decisions. */
  readonly cooldown?: Duration | Hint<DurationAdvice<'cooldown'>>
  /**
   * Exploration: the share of decisions that meet `when` and do not act, so that their outcomes are observed. Above 0 and at
   * most 0.5.
   *
   * Only with `do: answer(…)`, which stops the event that it answers. The choice depends on the decision and its log, not on
   * the score.
   */
  readonly explore?: number
  /** States that the effect is the answer to the request itself; only with `answer`. */
  readonly reply?: 'inline'
  /** Effect: `webhook(…)`, `appendTo(…)`, `stdout()`, `answer(…)`, your own `destination({ … })`, or a function. */
  readonly do: Effect | EffectFunction | Hint<'do: webhook(…), appendTo(…), stdout(), answer(…) or a function'>
}

const actionOptions = optionNames<ActionOptions>({
  when: true,
  deadline: true,
  cooldown: true,
  explore: true,
  reply: true,
  do: true,
  owner: true,
  description: true,
})

/** An action, made by `action`. */
export interface Action {
  readonly name: string
  readonly ir: ActionIR
}

/** An action at run time. */
export class ActionValue {
  readonly name: string
  readonly ir: ActionIR
  readonly run: EffectFunction | undefined
  readonly open: OpenDestination | undefined
  readonly model: ModelValue
  readonly definedAt = callerLocation()

  constructor(ir: ActionIR, { run, open, model }: Pick<ActionValue, 'run' | 'open' | 'model'>) {
    this.name = ir.name
    this.ir = ir
    this.run = run
    this.open = open
    this.model = model
    Object.freeze(this)
  }
}

/**
 * Defines an action: an effect that a model's decisions trigger.
 *
 * Effects are delivered at least once, each with an idempotency key. `answer(…)` replies in the response instead.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a condition that is not over one model's score, and for options that do not fit
 * the effect.
 * @example
 * const review = action('review', {
 *   when: fraud.score.gte(0.9),
 *   deadline: '5s',
 *   cooldown: '1h',
 *   do: webhook(env('REVIEW_URL'), { secret: env('REVIEW_SECRET') }),
 * })
 * @example
 * // An answer in the response to a request: a score of 0.95 is answered with { approved: false }.
 * const check = model('check', {
 *   decide: request({ card, amount: t.decimal(2) }, { key: 'card' }),
 *   inputs: r => ({ card: cardNow.of(r.card) }),
 *   score: logistic({ intercept: -6, weights: { 'card.n10m': 0.4 } }),
 * })
 * const decline = action('decline', {
 *   when: check.score.gte(0.9),
 *   reply: 'inline',
 *   do: answer({ approved: false }, { otherwise: { approved: true } }),
 * })
 * @example
 * // Your own function. It may run again for the same `id`, so store the id with the result.
 * const queue = new Map<string, number>()
 * const enqueue = action('enqueue', { when: fraud.score.gte(0.9), do: effect => queue.set(effect.id, effect.score) })
 */
export function action(name: string, options: ActionOptions): Action {
  const subject = `action '${checkTitle('action', name)}'`
  checkOptions(subject, options, actionOptions)
  const { when, deadline, cooldown, explore, reply, do: effect }: { [N in keyof ActionOptions]: unknown } = options
  const model = when instanceof Node ? when.realm.model : undefined
  if (!isCondition(when) || !(model instanceof ModelValue))
    mistake(`${subject} needs a condition over the score of a model: when: hypo.score.gte(0.8), got ${describe(when)}`)
  const run = typeof effect === 'function' ? (effect as EffectFunction) : undefined
  if (!run && !(effect instanceof EffectValue))
    mistake(
      `${subject} does nothing; write do: webhook(env('URL')), answer({ … }), stdout(), appendTo('file') or a function, ` +
        `got ${show(effect)}`,
    )
  const effectIR = effect instanceof EffectValue ? effect.ir : ({ kind: 'function' } as const)
  const answers = effectIR.kind === 'answer'
  checkReply(subject, answers, reply)
  if (answers && cooldown !== undefined) mistake(`${subject} has cooldown, and every request gets its answer; leave cooldown out`)
  const ir: ActionIR = {
    name,
    model: model.name,
    when: when.ir,
    ...parseOptions(subject, { deadline, cooldown }, durationOf),
    ...exploreOf(subject, explore, { answers, model }),
    do: effectIR,
    ...notesOf(subject, options),
  }
  return new ActionValue(ir, { run, open: effect instanceof EffectValue ? effect.open : undefined, model })
}

/** Greatest share of exploration: above a half, acting would be the exception. A share of 0 is no exploration. */
const EXPLORE_MOST = 0.5

function exploreOf(subject: string, value: unknown, { answers, model }: { answers: boolean; model: ModelValue }): { explore?: number } {
  if (value === undefined || value === 0) return {}
  if (typeof value !== 'number' || !(value > 0 && value <= EXPLORE_MOST))
    mistake(
      `${subject}: explore is the share of decisions that meet 'when' and do not act, above 0 and ` +
        `at most ${EXPLORE_MOST}, got ${show(value)}`,
    )
  if (!answers) mistake(`${subject} has explore, and only an answer can stop the event: write do: answer({ … }), or leave explore out`)
  if (model.ir.decide.kind === 'every')
    mistake(`${subject} has explore, and model '${model.name}' decides at ticks, where nobody waits for an answer; leave explore out`)
  return { explore: value }
}

function checkReply(subject: string, answers: boolean, reply: unknown): void {
  if (reply !== undefined && reply !== 'inline') mistake(`${subject}: reply is 'inline', got ${show(reply)}`)
  if (reply === 'inline' && !answers) mistake(`${subject} has reply: 'inline', which needs do: answer({ … })`)
}

/** Least score at which `when` is true, if `when` is `score >= x` or `score > x`; `undefined` for any other condition. */
export function thresholdOf({ when }: Pick<ActionIR, 'when'>): number | undefined {
  if (!('left' in when) || !isScore(when.left) || when.right.op !== 'literal' || typeof when.right.value !== 'number') return undefined
  if (when.op === 'gte') return when.right.value
  return when.op === 'gt' ? nextUp(when.right.value) : undefined
}

const isScore = (expr: ExprIR): boolean => expr.op === 'column' && expr.name === 'score'

/** The next double above a finite value. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const bits = new BigInt64Array(1)
  const double = new Float64Array(bits.buffer)
  double[0] = value
  bits[0] += value > 0 ? 1n : -1n
  return double[0]
}
