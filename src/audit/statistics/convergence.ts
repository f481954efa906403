/**
 * Differences measured by blocks of time so long that neighbours no longer err together.
 *
 * Weather, news and attacks last for days. Where what blocks gain or lose goes with the next one (`autocorrelation.ts`), longer ones are taken (2, 4, 7 days …), until neighbours err apart or there are too few to tell; then the few
 * clusters that there are say that there is no verdict. What is still shared over a border is added to the variance (`variance.ts`): of shocks of three days a border of four-day blocks cuts every other one, and
 * so weak a correlation of so few blocks is not seen.
 *
 * Cost: a sample for each step, which is kept for as long as the one that it is made of, and what differs summed by its blocks; and as much as one measurement more, if there was a step.
 */
import type { Caveat } from '../domain/caveat.ts'
import type { NoInterval } from '../domain/audit-report.ts'
import { isTold, lastingShock, type LastingShock } from './autocorrelation.ts'
import type { Codes } from './joint-interval.ts'
import { withBlocks, type Sample } from './sample.ts'
import { blocksOf, longerThan } from './time-blocks.ts'
import type { Measured } from './variance.ts'

export type Found = Measured | NoInterval

export interface Settled {
  /** Its blocks of time may be longer ones. */
  readonly sample: Sample
  readonly found: readonly Found[]
  readonly caveats: readonly Caveat[]
}

export interface Measuring {
  /** Of all alternatives, by a sample. */
  readonly measure: (sample: Sample) => Found[]
  /** Of one alternative, by its number, what each block of time moves. */
  readonly moved: (blocks: Codes, alternative: number) => Float64Array
}

/** Whether blocks go on is asked of those alone: what lies between the given sample and the one that is taken is not measured by anything else. */
export function settled(given: Sample, { measure, moved }: Measuring): Settled {
  const first = measure(given)
  const uncertain = first.flatMap((one, i) => (isUncertain(one) ? [i] : []))
  const shocks: (LastingShock & { readonly block: string })[] = []
  for (let sample = given; ;) {
    const shock = lastingShock(sample, uncertain.length, blocks => uncertain.map(i => moved(blocks, i)))
    if (!shock)
      return {
        sample,
        found: sample === given ? first : measure(sample),
        caveats: shocks.length > 0 ? [caveatOf(sample, shocks)] : [],
      }
    shocks.push({ ...shock, block: sample.columns[shock.column].name })
    sample = lengthened(sample, shock.column)
  }
}

export const isUncertain = (one: Found): one is Measured => 'influence' in one && one.variance > 0

/** Of the shock that was seen first, if longer blocks were long enough; or of the last, if there are too few of them to tell. */
function caveatOf({ columns }: Sample, shocks: readonly (LastingShock & { readonly block: string })[]): Caveat {
  const [first, last] = [shocks[0], shocks.at(-1)!]
  const { name, span, count } = columns[first.column]
  if (!isTold(count)) return { kind: 'lasting shocks', about: 'time', block: last.block, size: last.correlation }
  return { kind: 'longer blocks', about: 'time', block: first.block, correlation: first.correlation, longer: name, size: span! }
}

/** Of a sample the one with longer blocks: ladders are measured by the same samples one after the other. */
const known = new WeakMap<Sample, Sample>()

function lengthened(sample: Sample, column: number): Sample {
  const { t, rows, columns } = sample
  const longer = known.get(sample) ?? withBlocks(sample, column, blocksOf(t, rows, longerThan(columns[column].span!)))
  known.set(sample, longer)
  return longer
}
