/** Random commits to a log: every kind of row that a run writes, changes and forgets. The commit with number n puts the value `n`. */
import type { Commit } from '../../src/log/store.ts'
import type { DeadLetterChange } from '../../src/log/dead-letters.ts'
import type { EffectChange, EffectState } from '../../src/log/effects.ts'
import type { Draw } from '../property/generate/draw.ts'

/** Texts that a row may have. */
const TEXTS = ['', 'a', 'ü€', 'zero \0 inside', '{"k":1}', 'long '.repeat(40)]
/** One commit of so many forgets. */
const FORGET = 0.1

export class RandomCommits {
  readonly #draw: Draw
  readonly #forgets: boolean
  #commits = 0
  #end = 0
  #begins = 0
  #arrival = 0
  #letters = 0
  readonly #open = new Set<number>()
  readonly #effects: EffectState[] = []
  readonly #segments: number[] = []
  #stages = 0

  constructor(draw: Draw, { forgets = true } = {}) {
    this.#draw = draw
    this.#forgets = forgets
  }

  next(): Commit {
    const draw = this.#draw
    this.#commits++
    const first = this.#end
    const entries = draw.chance(0.8) ? draw.between(1, 5) : 0
    this.#end += entries
    this.#arrival += draw.between(0, 3)
    const letters = draw.chance(0.3) ? draw.between(1, 4) : 0
    // Changes are of rows that earlier commits have added.
    const [effectChanges, deadLetterChanges] = [this.#effectChanges(), this.#letterChanges()]
    const effects = Array.from({ length: draw.chance(0.5) ? draw.between(1, 6) : 0 }, () => this.#effect(first))
    for (let i = 0; i < letters; i++) this.#open.add(++this.#letters)
    if (entries > 0) this.#segments.push(first)
    const forget = this.#forgets && draw.chance(FORGET) ? this.#forget() : undefined
    return {
      ...(entries > 0 && { segment: { first, entries, arrival: this.#arrival, bytes: this.#bytes() } }),
      decisions: Array.from({ length: entries > 0 ? draw.between(0, 2) : 0 }, () => ({
        model: 'm',
        first,
        last: first + entries - 1,
        count: 1,
        bytes: this.#bytes(),
      })),
      effects,
      effectChanges,
      deadLetters: Array.from({ length: letters }, () => ({
        source: draw.pick(['s', undefined]),
        reason: 'schema' as const,
        detail: draw.pick(TEXTS),
        place: 'p',
        at: 1,
        sequence: first,
        raw: draw.pick<string | Uint8Array>([draw.pick(TEXTS), this.#bytes()]),
      })),
      deadLetterChanges,
      ...(draw.chance(0.3) && { stages: { number: ++this.#stages, first, last: first, bytes: this.#bytes() } }),
      ...(draw.chance(0.05) && { schemas: [{ source: 's', version: this.#commits, columns: [] }] }),
      ...(forget !== undefined && { forget }),
      put: [
        ['n', String(this.#commits)],
        [`cursor/${draw.between(0, 200)}`, draw.chance(0.2) ? null : draw.pick(TEXTS)],
        ...(forget === undefined ? [] : ([['begins', JSON.stringify([forget, 0])]] as const)),
      ],
    }
  }

  #bytes(): Uint8Array {
    return Uint8Array.from({ length: this.#draw.magnitude(300) }, () => this.#draw.between(0, 255))
  }

  #effect(entry: number) {
    const isDry = this.#draw.chance(0.1)
    const number = this.#effects.push(isDry ? 'dry' : 'pending')
    const due = this.#draw.pick([undefined, 7])
    return {
      number,
      action: this.#draw.pick(['page', 'block']),
      id: `id ${number}`,
      entry,
      key: '"k"',
      t: number,
      decidedAt: number,
      due,
      body: this.#draw.pick(TEXTS),
      isDry,
    }
  }

  #effectChanges(): EffectChange[] {
    const draw = this.#draw
    return this.#effects.flatMap((state, i): EffectChange[] => {
      if ((state !== 'pending' && state !== 'dead') || !draw.chance(0.2)) return []
      const kind = draw.pick<EffectChange['kind']>(state === 'pending' ? ['tried', 'delivered', 'dead'] : ['again', 'dropped'])
      this.#effects[i] = ({ tried: 'pending', delivered: 'delivered', dead: 'dead', again: 'pending', dropped: 'dropped' } as const)[kind]
      return [{ kind, number: i + 1, sent: 1, at: 1, next: 1, why: draw.pick(TEXTS) }]
    })
  }

  #letterChanges(): DeadLetterChange[] {
    const draw = this.#draw
    return [...this.#open].flatMap((id): DeadLetterChange[] => {
      if (!draw.chance(0.1)) return []
      const change = draw.pick<DeadLetterChange>([
        { kind: 'edited', id, raw: draw.pick(TEXTS), form: undefined },
        { kind: 'rejected', id, reason: 'key', detail: 'd', raw: this.#bytes(), form: undefined },
        { kind: 'settled', id, outcome: 'dropped', why: 'w', at: 1 },
      ])
      if (change.kind === 'settled') this.#open.delete(id)
      return [change]
    })
  }

  /** The beginning of a segment behind the present beginning of the log. */
  #forget(): number | undefined {
    const later = this.#segments.filter(first => first > this.#begins)
    if (later.length < 2) return undefined
    this.#begins = later[this.#draw.between(0, later.length - 2)]
    return this.#begins
  }
}
