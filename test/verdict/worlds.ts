/** Worlds with a known true difference of each level, in which decisions share random effects, for tests of intervals. */
import { random, type Random } from '../../src/base/random.ts'
import type { ClusterColumn } from '../../src/audit/domain/cases.ts'

export interface World {
  readonly name: string
  /** Inequality of clusters: the standard deviation of the logarithm of their sizes. */
  readonly unequal: number
  readonly entities: 1 | 2
  /** Do the rates of entities differ? */
  readonly entityEffects: boolean
  /** One day in ten has eleven times the rate of the others. */
  readonly shocks: boolean
  /** Duration of a shock in days, also the factor on the number of days: so there are as many periods as clusters. */
  readonly lasting: number
  /** A difference is ±1, or a lognormal amount of dollars of mean 1, sometimes ten times as much. */
  readonly dollars: boolean
}

const calm: Omit<World, 'name'> = { unequal: 0, entities: 2, entityEffects: false, shocks: false, lasting: 1, dollars: false }

export const worlds: readonly World[] = [
  { ...calm, name: 'nothing shared' },
  { ...calm, name: 'one entity', entities: 1, unequal: 0.5, entityEffects: true },
  { ...calm, name: 'two entities', unequal: 0.5, entityEffects: true },
  { ...calm, name: 'days with shocks', unequal: 0.5, shocks: true },
  { ...calm, name: 'entities and shocks', unequal: 0.5, entityEffects: true, shocks: true },
  { ...calm, name: 'very unequal', unequal: 1, entityEffects: true, shocks: true },
  { ...calm, name: 'dollars', unequal: 0.5, entityEffects: true, shocks: true, dollars: true },
  { ...calm, name: 'shocks of three days', unequal: 0.5, shocks: true, lasting: 3 },
]

const DAY = 86_400_000

/** Losses and gains of the levels of a sweep, as shares of all decisions. The last level changes as much in both directions. */
const levels = [
  { loss: 0.003, gain: 0.001 },
  { loss: 0.006, gain: 0.001 },
  { loss: 0.012, gain: 0.002 },
  { loss: 0.006, gain: 0.006 },
]

export interface Drawn {
  readonly t: Float64Array
  readonly clusters: readonly ClusterColumn[]
  readonly differences: readonly Float64Array[]
  /** The expected difference of each level, a decision. */
  readonly truth: readonly number[]
}

/** Rows of one such history: `clusters` entities of each kind, and as many days, or periods of days. */
export function drawn(world: World, clusters: number, seed: number): Drawn {
  const chance = random(seed)
  const rows = (4000 + 40 * clusters) * world.lasting
  const dayCount = clusters * world.lasting
  const effect = (): number => (chance() < 0.2 ? 3 : 0.5)
  const days = choosing(weights(dayCount, 0.3, chance), chance)
  const begins = world.lasting > 1 ? Math.floor(chance() * world.lasting) : 0
  const shock = Float64Array.from({ length: Math.ceil((dayCount + begins) / world.lasting) }, () =>
    world.shocks ? (chance() < 0.1 ? 5.5 : 0.5) : 1,
  )
  const day = Int32Array.from({ length: rows }, days).sort()
  const entities = Array.from({ length: world.entities }, (_, i) => {
    const of = Int32Array.from({ length: rows }, choosing(weights(clusters, world.unequal, chance), chance))
    const rate = Float64Array.from({ length: clusters }, () => (world.entityEffects ? effect() : 1))
    return { name: ['origin', 'destination'][i], of, count: clusters, rate }
  })
  const amount = (): number => (world.dollars ? Math.exp(0.8 * normal(chance) - 0.32) : 1)
  const differences = levels.map(() => new Float64Array(rows))
  for (let row = 0; row < rows; row++) {
    const rate = entities.reduce((product, { of, rate }) => product * rate[of[row]], shock[Math.floor((day[row] + begins) / world.lasting)])
    const [u, by] = [chance(), amount()]
    levels.forEach(({ loss, gain }, i) => (differences[i][row] = u < loss * rate ? -by : u > 1 - gain * rate ? by : 0))
  }
  return {
    t: Float64Array.from(day, (one, row) => one * DAY + row),
    clusters: [...entities.map(({ name, of, count }) => ({ name, of, count })), { name: 'day', of: day, count: dayCount, span: DAY }],
    differences,
    truth: levels.map(({ loss, gain }) => gain - loss),
  }
}

function weights(count: number, unequal: number, chance: Random): Float64Array {
  return Float64Array.from({ length: count }, () => Math.exp(unequal * normal(chance)))
}

/** A random index in proportion to the weights. */
function choosing(weights: Float64Array, chance: Random): () => number {
  const upTo = weights.slice()
  for (let i = 1; i < upTo.length; i++) upTo[i] += upTo[i - 1]
  return () => {
    const at = chance() * upTo[upTo.length - 1]
    let [low, high] = [0, upTo.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (upTo[middle] > at) high = middle
      else low = middle + 1
    }
    return low
  }
}

const normal = (chance: Random): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
