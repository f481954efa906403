/**
 * An action: what follows from a model's decisions, how soon, and how often at most.
 *
 * Invariant: `when` is a condition over the score of one model, and so names it.
 */
import { show } from '../../base/show.ts'
import type { Duration } from '../../base/time.ts'
import { callerPlace } from '../mistake/caller.ts'
import { EffectValue, type Effect } from './effect.ts'
import type { Expression } from '../expression/expression.ts'
import type { ActionIR, Value } from '../ir/ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { ModelValue } from '../model/model.ts'
import { checkOptions, checkTitle, notesOf } from '../mistake/names.ts'
import { describe, Node } from '../expression/node.ts'

/** What an action sends, and what the user's own function is given. */
export interface EffectRecord {
  /** The idempotency key: the same however often it is sent. */
  readonly id: string
  readonly pipeline: string
  readonly action: string
  readonly model: string
  /** What the decision is about. */
  readonly key: Value
  /** Of the decision, UTC ms. */
  readonly t: number
  readonly score: number
  /** Nested as the model's inputs are. */
  readonly vector: Readonly<Record<string, unknown>>
  /** Until when it should be acknowledged, UTC ms; only where the action has a deadline. */
  readonly due?: number
}

/** The user's own effect: done when it resolves, tried again when it throws. It may be called twice for one `id`. */
export type EffectFunction = (effect: EffectRecord, options: { readonly attempt: number }) => unknown

export interface ActionOptions {
  /** A condition over the score of a model: `hypo.score.gte(0.8)`. */
  readonly when: Expression<'input', 'bool'>
  /**
   * How long it may take until the effect is acknowledged, from the event time of what the decision answers to: the triggering event, the newest event
   * of the key at a tick, the request.
   */
  readonly deadline?: Duration
  /** After one effect for a key, none for as long, by the times of the decisions. */
  readonly cooldown?: Duration
  /**
   * Of decisions that meet `when`, the part which does not act, so that what comes of such decisions is seen: `0.01`, above 0 and at most 0.5; 0 is none. Only with `answer`, which stops
   * what it is the answer to. Which they are depends on the decision and its log, and on no score.
   */
  readonly explore?: number
  /** Says that the effect is the answer itself; only with `answer`. */
  readonly reply?: 'inline'
  readonly do: Effect | EffectFunction
  readonly owner?: string
  readonly description?: string
}

export interface Action {
  readonly name: string
  readonly ir: ActionIR
}

/** What an action is at run time. */
export class ActionValue {
  readonly name: string
  readonly ir: ActionIR
  readonly run: EffectFunction | undefined
  readonly model: ModelValue
  readonly place: string | undefined

  constructor(ir: ActionIR, run: EffectFunction | undefined, model: ModelValue) {
    this.name = ir.name
    this.ir = ir
    this.run = run
    this.model = model
    this.place = callerPlace()
    Object.freeze(this)
  }
}

export function action(name: string, options: ActionOptions): Action {
  const what = `action '${checkTitle('action', name)}'`
  checkOptions(what, options, ['when', 'deadline', 'cooldown', 'explore', 'reply', 'do', 'owner', 'description'])
  const { when, deadline, cooldown, explore, reply, do: effect }: { [N in keyof ActionOptions]: unknown } = options
  const model = when instanceof Node ? when.realm.model : undefined
  if (!(when instanceof Node) || !(model instanceof ModelValue) || when.type.type !== 'bool')
    mistake(`${what} needs a condition over the score of a model: when: hypo.score.gte(0.8), got ${describe(when)}`)
  const run = typeof effect === 'function' ? (effect as EffectFunction) : undefined
  if (!run && !(effect instanceof EffectValue))
    mistake(
      `${what} does nothing; write do: webhook(env('URL')), answer({ … }), stdout(), appendTo('file') or a function, got ${show(effect)}`,
    )
  const does = effect instanceof EffectValue ? effect.ir : ({ kind: 'function' } as const)
  checkReply(what, does.kind === 'answer', reply)
  if (does.kind === 'answer' && cooldown !== undefined) mistake(`${what} answers, and every request wants its answer; leave cooldown out`)
  const ir: ActionIR = {
    name,
    model: model.name,
    when: when.ir,
    ...(deadline !== undefined && { deadline: durationOf(`${what}: deadline`, deadline) }),
    ...(cooldown !== undefined && { cooldown: durationOf(`${what}: cooldown`, cooldown) }),
    ...exploreOf(what, explore, { answers: does.kind === 'answer', model }),
    do: does,
    ...notesOf(what, options),
  }
  return new ActionValue(ir, run, model)
}

/** Half at most: of more, acting would be the exception. 0 is as if it were not there. */
const EXPLORE_MOST = 0.5

function exploreOf(what: string, given: unknown, { answers, model }: { answers: boolean; model: ModelValue }): { explore?: number } {
  if (given === undefined || given === 0) return {}
  if (typeof given !== 'number' || !(given > 0 && given <= EXPLORE_MOST))
    mistake(
      `${what}: explore is the part of the decisions that would act which do not, above 0 and at most ${EXPLORE_MOST}, got ${show(given)}`,
    )
  if (!answers) mistake(`${what} explores, and only an answer stops what it is about: do: answer({ … }), or leave explore out`)
  if (model.ir.decide.kind === 'every')
    mistake(`${what} explores, and model '${model.name}' decides at ticks, which nobody waits for; leave explore out`)
  return { explore: given }
}

function checkReply(what: string, answers: boolean, reply: unknown): void {
  if (reply !== undefined && reply !== 'inline') mistake(`${what}: reply is 'inline', got ${show(reply)}`)
  if (reply === 'inline' && !answers) mistake(`${what} replies inline, so that what it does is an answer: do: answer({ … })`)
}
