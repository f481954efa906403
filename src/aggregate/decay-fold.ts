import { sumFold, type Fold } from './fold.ts'

/** Half-lives from one origin to the next. */
export const DECAY_SPAN = 16

const folds = new Map<number, Fold>()

/**
 * [n, Σ x · 2^((time − origin) / halfLife), what its rounding left out, span]: a `sumFold` around the origin of its span. The origin of span i is i · 16 half-lives after the epoch.
 *
 * Origins stand in a grid, so a partial moves from one to another by a power of two, which rounds nothing: whatever is combined with whatever, a term is rounded
 * when it is lifted and never by decaying. It is at most 2^16 of its value, so doubles close to the largest are beyond it.
 */
export function decayFold(halfLife: number): Fold {
  let fold = folds.get(halfLife)
  if (!fold) folds.set(halfLife, (fold = makeFold(halfLife)))
  return fold
}

function makeFold(halfLife: number): Fold {
  const span = DECAY_SPAN * halfLife
  const moved = new Float64Array(3)
  return {
    name: `decay ${halfLife}`,
    width: 4,
    lift(time, value, out, at) {
      const index = Math.floor(time / span)
      out[at] = 1
      out[at + 1] = value * 2 ** ((time - index * span) / halfLife)
      out[at + 2] = 0
      out[at + 3] = index
    },
    combine(into, at, from, from_at) {
      if (from[from_at] === 0) return
      const index = into[at] === 0 ? from[from_at + 3] : Math.max(into[at + 3], from[from_at + 3])
      const kept = 2 ** ((into[at + 3] - index) * DECAY_SPAN)
      const added = 2 ** ((from[from_at + 3] - index) * DECAY_SPAN)
      moved[0] = from[from_at]
      moved[1] = from[from_at + 1] * added
      moved[2] = from[from_at + 2] * added
      if (into[at] !== 0) {
        into[at + 1] = into[at + 1] * kept
        into[at + 2] = into[at + 2] * kept
      }
      sumFold.combine(into, at, moved, 0)
      into[at + 3] = index
    },
  }
}
