/** Losses of boosting as functions of z and label, with their first two derivatives by z. Sums over rows are weighted. */
import { unreachable } from '../../base/index.ts'
import { meanLabel, totalWeight, type TrainingTable } from '../input/training-table.ts'

/** A loss and its derivatives. */
export interface BoostingLoss {
  /** Maps z to a score. */
  readonly link: 'logistic' | 'identity'
  /** The best constant z. */
  readonly base: (table: TrainingTable) => number
  /** Derivatives at the z of each row. */
  readonly derive: (table: TrainingTable, z: Float64Array, gradient: Float64Array, hessian: Float64Array) => void
  /** Weighted mean over the rows. */
  readonly mean: (table: TrainingTable, z: Float64Array) => number
}

/** Losses that a user can choose. */
export type LossName = 'logistic' | 'squared'

/** The loss of a name. */
export function lossOf(name: LossName): BoostingLoss {
  switch (name) {
    case 'logistic':
      return logistic
    case 'squared':
      return squared
    default:
      return unreachable(name)
  }
}

/** Logistic loss log(1 + e^z) − y·z: the negative log likelihood of label y at probability 1 / (1 + e^−z). */
const logistic: BoostingLoss = {
  link: 'logistic',
  base(table) {
    const rate = meanLabel(table)
    return Math.log(rate / (1 - rate))
  },
  derive({ length, labels, weights }, z, gradient, hessian) {
    for (let row = 0; row < length; row++) {
      const p = 1 / (1 + Math.exp(-z[row]))
      const weight = weights ? weights[row] : 1
      gradient[row] = weight * (p - labels[row])
      hessian[row] = weight * p * (1 - p)
    }
  },
  mean: (table, z) => meanOf(table, row => Math.max(z[row], 0) + Math.log1p(Math.exp(-Math.abs(z[row]))) - table.labels[row] * z[row]),
}

/** Squared loss (z − y)² / 2. */
const squared: BoostingLoss = {
  link: 'identity',
  base: meanLabel,
  derive({ length, labels, weights }, z, gradient, hessian) {
    for (let row = 0; row < length; row++) {
      const weight = weights ? weights[row] : 1
      gradient[row] = weight * (z[row] - labels[row])
      hessian[row] = weight
    }
  },
  mean: (table, z) => meanOf(table, row => (z[row] - table.labels[row]) ** 2 / 2),
}

function meanOf(table: TrainingTable, of: (row: number) => number): number {
  let sum = 0
  for (let row = 0; row < table.length; row++) sum += (table.weights?.[row] ?? 1) * of(row)
  return sum / totalWeight(table)
}
