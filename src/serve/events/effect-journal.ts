/**
 * Changes of effects as the journal of an event stream: each event is an effect's state after a change. A reader that was away gets the
 * newest state of each effect, not all states in between.
 */
import type { StrictOmit } from '../../base/index.ts'
import type { StoredEffect } from '../../log/index.ts'
import type { FolderLog, PersonalMask } from '../../operate/index.ts'
import { foreignLogGap, type JournalBatch, type Journal } from './journal.ts'

type ChangedEffects = Pick<FolderLog['effects'], 'changedAfter' | 'changeNumbers'>
type ChangedEffect = ReturnType<ChangedEffects['changedAfter']>[number]

/** Effects by change, from a data folder, masked with `mask`. */
export const effectJournal = (effects: ChangedEffects, mask?: PersonalMask): Journal => ({
  last: () => effects.changeNumbers().last,
  next(after, action) {
    const changed = effects.changedAfter(after, action)
    return changed.length === 0 ? undefined : journalBatch(changed, mask)
  },
  // A kept effect may have changed last before deleted ones, so the oldest position is 0.
  oldest: () => ({ batch: 0, row: Infinity }),
  gapAfter(position) {
    const { forgotten, last } = effects.changeNumbers()
    if (position.batch > last) return foreignLogGap(last)
    // Kept effects that changed earlier than deleted ones follow from the position itself.
    return position.batch < forgotten
      ? { resumeAt: position, reason: 'some effects that changed after the id were forgotten; the stream continues with the kept ones' }
      : undefined
  },
})

function journalBatch(changed: readonly ChangedEffect[], mask: PersonalMask | undefined): JournalBatch {
  const framesAfter = (batch: number, action: string | undefined): Buffer => {
    const own = changed.filter(effect => effect.changed > batch && (action === undefined || effect.action === action))
    return Buffer.from(own.map(effect => frameOf(effect, mask)).join(''))
  }
  /** The frames of the whole batch by action, encoded once for all readers. */
  const whole = new Map<string | undefined, Buffer>()
  return {
    number: changed.at(-1)!.changed,
    frames(action, { batch }) {
      if (batch >= changed[0].changed) return framesAfter(batch, action)
      let frames = whole.get(action)
      if (!frames) whole.set(action, (frames = framesAfter(batch, action)))
      return frames
    },
  }
}

const frameOf = ({ changed, ...effect }: ChangedEffect, mask: PersonalMask | undefined): string =>
  `id: ${changed}\nevent: effect\ndata: ${JSON.stringify(effectJson(effect, mask))}\n\n`

/** An effect as clients see it: without its body, which may be for its receiver alone, and masked with `mask`. */
export function effectJson({ key, ...effect }: StrictOmit<StoredEffect, 'body'> & { readonly body?: string }, mask?: PersonalMask): object {
  const { due, settled, state } = effect
  const late = state === 'delivered' && due !== undefined && { late: settled! > due }
  const json = { ...effect, body: undefined, key: JSON.parse(key) as unknown, ...late }
  return mask ? mask.effect(json) : json
}
