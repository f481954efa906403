import { sumFold, type Fold } from './fold.ts'

/** Half-lives between two origins. */
export const DECAY_SPAN = 16

const folds = new Map<number, Fold>()

/**
 * Folds decayed sums: [n, Σ x · 2^((time − origin) / halfLife), rounding error, span], a `sumFold` around the origin of its span. The
 * origin of span i is i · 16 half-lives after the epoch.
 *
 * Origins form a grid, so a partial moves from one to another by a power of two, which rounds nothing. A term is rounded when it is
 * lifted and never by decay, whatever is combined in whatever order. A term is at most 2^16 times its value, so doubles near the
 * largest overflow.
 */
export function decayFold(halfLife: number): Fold {
  let fold = folds.get(halfLife)
  if (!fold) folds.set(halfLife, (fold = buildDecayFold(halfLife)))
  return fold
}

function buildDecayFold(halfLife: number): Fold {
  const span = DECAY_SPAN * halfLife
  const scaledFrom = new Float64Array(3)
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
      const scaleInto = 2 ** ((into[at + 3] - index) * DECAY_SPAN)
      const scaleFrom = 2 ** ((from[from_at + 3] - index) * DECAY_SPAN)
      scaledFrom[0] = from[from_at]
      scaledFrom[1] = from[from_at + 1] * scaleFrom
      scaledFrom[2] = from[from_at + 2] * scaleFrom
      if (into[at] !== 0) {
        into[at + 1] = into[at + 1] * scaleInto
        into[at + 2] = into[at + 2] * scaleInto
      }
      sumFold.combine(into, at, scaledFrom, 0)
      into[at + 3] = index
    },
  }
}
