/**
 * Changes of effects as the journal of an event stream: each event is an effect's state after a change. A reader that was away gets the
 * newest state of each effect, not all states in between.
 */
import type { StrictOmit } from '../../base/index.ts'
import type { StoredEffect } from '../../log/index.ts'
import type { FolderLog } from '../../operate/index.ts'
import { foreignLogGap, type JournalBatch, type EventPosition, type Journal, type StreamGap } from './journal.ts'

type ChangedEffects = Pick<FolderLog['effects'], 'changedAfter' | 'changeNumbers'>
type ChangedEffect = ReturnType<ChangedEffects['changedAfter']>[number]

/** Effects by change, from a data folder. */
export class EffectJournal implements Journal {
  readonly #effects: ChangedEffects

  constructor(effects: ChangedEffects) {
    this.#effects = effects
  }

  last(): number {
    return this.#effects.changeNumbers().last
  }

  next(after: number, action?: string): JournalBatch | undefined {
    const changed = this.#effects.changedAfter(after, action)
    return changed.length === 0 ? undefined : new EffectBatch(changed)
  }

  /** A kept effect may have changed last before deleted ones, so the oldest position is 0. */
  oldest(): EventPosition {
    return { batch: 0, row: Infinity }
  }

  gapAfter(position: EventPosition): StreamGap | undefined {
    const { forgotten, last } = this.#effects.changeNumbers()
    if (position.batch > last) return foreignLogGap(last)
    // Kept effects that changed earlier than deleted ones follow from the position itself.
    return position.batch < forgotten
      ? { resumeAt: position, reason: 'some effects that changed after the id were forgotten; the stream continues with the kept ones' }
      : undefined
  }
}

class EffectBatch implements JournalBatch {
  readonly number: number
  readonly #changed: readonly ChangedEffect[]
  readonly #frames = new Map<string | undefined, Buffer>()

  constructor(changed: readonly ChangedEffect[]) {
    this.#changed = changed
    this.number = changed.at(-1)!.changed
  }

  /** The frames after a position, which may be inside the batch. */
  frames(action: string | undefined, { batch }: EventPosition): Buffer {
    if (batch >= this.#changed[0].changed) return this.#framesAfter(batch, action)
    let frames = this.#frames.get(action)
    if (!frames) this.#frames.set(action, (frames = this.#framesAfter(batch, action)))
    return frames
  }

  #framesAfter(batch: number, action: string | undefined): Buffer {
    const own = this.#changed.filter(effect => effect.changed > batch && (action === undefined || effect.action === action))
    return Buffer.from(own.map(frameOf).join(''))
  }
}

const frameOf = ({ changed, ...effect }: ChangedEffect): string =>
  `id: ${changed}\nevent: effect\ndata: ${JSON.stringify(effectJson(effect))}\n\n`

/** An effect as clients see it: without its body, which may be for its receiver alone. */
export function effectJson({ key, ...effect }: StrictOmit<StoredEffect, 'body'> & { readonly body?: string }): object {
  const { due, settled, state } = effect
  const late = state === 'delivered' && due !== undefined && { late: settled! > due }
  return { ...effect, body: undefined, key: JSON.parse(key) as unknown, ...late }
}
