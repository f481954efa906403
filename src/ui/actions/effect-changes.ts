/** Retry and drop of dead effects, one after the other, with the outcome in words. */
import type { EffectAnswer } from '../core/answers.ts'
import { call, CallError } from '../core/server.ts'
import { pluralText } from '../core/text.ts'
import { omittedText, type OmittedEffect } from './effect-text.ts'

export async function retryEffects(effects: readonly EffectAnswer[]): Promise<string> {
  const omitted = await changeEach(effects, ({ number }) => call('POST', `/effects/${number}/retry`))
  const retried = pluralText(effects.length - omitted.length, 'effect')
  return `${retried} will be tried again now, under the same idempotency key.${omittedText(omitted)}`
}

export async function dropEffects(effects: readonly EffectAnswer[], why: string): Promise<string> {
  const omitted = await changeEach(effects, ({ number }) => call('POST', `/effects/${number}/drop`, { why }))
  return `${pluralText(effects.length - omitted.length, 'effect')} dropped.${omittedText(omitted)}`
}

/**
 * Changes each effect, and returns those that are no longer dead, since somebody else has changed them: they are left out. Throws if none
 * is left, and after any other failure; the effects before it are changed.
 */
async function changeEach(effects: readonly EffectAnswer[], change: (effect: EffectAnswer) => Promise<unknown>): Promise<OmittedEffect[]> {
  const omitted: OmittedEffect[] = []
  let conflict: CallError | undefined
  for (const effect of effects) {
    try {
      await change(effect)
    } catch (error) {
      if (!(error instanceof CallError) || error.status !== 409) throw error
      conflict ??= error
      omitted.push({ number: effect.number, reason: error.message })
    }
  }
  if (conflict && omitted.length === effects.length) throw conflict
  return omitted
}
