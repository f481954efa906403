/**
 * What became of effects, as events: each effect as it stands, whenever that has changed. A batch is some changes; whoever was away gets the newest of each effect,
 * not all that it went through.
 */
import type { ChangedEffect, EffectReader } from '../../log/sqlite/effect-reader.ts'
import { shownEffect } from './effect-json.ts'
import type { EventPlace } from './event-id.ts'
import { otherLog, type Batch, type Journal, type Missed } from './journal.ts'

export class EffectJournal implements Journal {
  readonly #effects: EffectReader

  constructor(effects: EffectReader) {
    this.#effects = effects
  }

  last(): number {
    return this.#effects.changes().last
  }

  next(after: number, action?: string): Batch | undefined {
    const changed = this.#effects.changedAfter(after, action)
    return changed.length === 0 ? undefined : new Changes(changed)
  }

  /** Some of those that are kept may not have changed since others were forgotten. */
  oldest(): EventPlace {
    return { stretch: 0, row: Infinity }
  }

  missed(place: EventPlace): Missed | undefined {
    const { forgotten, last } = this.#effects.changes()
    if (place.stretch > last) return otherLog(last)
    // What is kept from before goes on from the place itself.
    return place.stretch < forgotten
      ? { place, why: 'some effects that changed after the id were forgotten; this goes on with what is kept' }
      : undefined
  }
}

class Changes implements Batch {
  readonly number: number
  readonly #changed: readonly ChangedEffect[]
  readonly #frames = new Map<string | undefined, Buffer>()

  constructor(changed: readonly ChangedEffect[]) {
    this.#changed = changed
    this.number = changed.at(-1)!.changed
  }

  /** A reader who was ahead of others may be in the middle of it. */
  frames(action: string | undefined, { stretch }: EventPlace): Buffer {
    if (stretch >= this.#changed[0].changed) return this.#framesBehind(stretch, action)
    let frames = this.#frames.get(action)
    if (!frames) this.#frames.set(action, (frames = this.#framesBehind(stretch, action)))
    return frames
  }

  #framesBehind(stretch: number, action: string | undefined): Buffer {
    const own = this.#changed.filter(effect => effect.changed > stretch && (action === undefined || effect.action === action))
    return Buffer.from(own.map(frameOf).join(''))
  }
}

const frameOf = ({ changed, ...effect }: ChangedEffect): string =>
  `id: ${changed}\nevent: effect\ndata: ${JSON.stringify(shownEffect(effect))}\n\n`
