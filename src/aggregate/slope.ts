import { limits } from '../base/limits.ts'
import { isDouble, ofSums, unitOf, type Aggregate, type Lowering } from './aggregate.ts'
import { trendFold } from './fold.ts'
import { exactProductSum, exactSum } from './moments.ts'
import { refuse } from './sum.ts'

/**
 * Least-squares slope a unit of time `per`: fl(fl(fl((n·Στx − Στ·Σx)·u) / fl(n·Στ² − (Στ)²)) / 10^s) over exact types
 * (semantics §6). NULL below two values or when all are at one time.
 */
export const slope: Aggregate = {
  name: 'slope',
  ...ofSums,
  partial: feature => (isDouble(feature.input) ? { kind: 'folds', fold: trendFold } : { kind: 'sums', terms: ['x', 'trend'] }),
  lower(lowering) {
    if (lowering.layout) lowerExact(lowering)
    else lowerDouble(lowering)
  },
}

function lowerExact({ feature, rows, partial, layout, out, at }: Lowering): void {
  const count = partial[0]!
  const unit = unitOf(feature.input)
  const per = BigInt(feature.per!)
  for (let i = 0; i < rows; i++) {
    if (count[i]! < 2) {
      out.nulls[at + i] = 1
      continue
    }
    if (count[i]! > limits.MOMENT_COUNT_MAX || (layout!.outside >= 0 && partial[layout!.outside]![i] !== 0)) {
      refuse(out, at + i)
      continue
    }
    const n = BigInt(count[i]!)
    const tau = exactSum(partial, layout!.tau, 2, i)
    const spread = n * exactProductSum(partial, layout!.tauTau, 3, i) - tau * tau
    if (spread === 0n) out.nulls[at + i] = 1
    else {
      const together = n * exactProductSum(partial, layout!.tauX, 3, i) - tau * exactSum(partial, layout!.x, layout!.xLimbs, i)
      out.values[at + i] = Number(together * per) / Number(spread) / unit
    }
  }
}

function lowerDouble({ feature, rows, partial, out, at }: Lowering): void {
  const spread = partial[4]!
  const together = partial[5]!
  for (let i = 0; i < rows; i++) {
    const value = (together[i]! * feature.per!) / spread[i]!
    if (partial[0]![i]! < 2 || spread[i] === 0) out.nulls[at + i] = 1
    else if (Number.isFinite(value)) out.values[at + i] = value + 0
    else refuse(out, at + i)
  }
}
