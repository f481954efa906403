/** What trees make small: a loss of z and label, with its first two derivatives by z. Summed over rows, each as much as it counts. */
import { unreachable } from '../../base/assert.ts'
import { meanLabel, totalWeight, type TrainingTable } from '../table/table.ts'

export interface Loss {
  /** How a score is made of z. */
  readonly link: 'logistic' | 'identity'
  /** The z that is best if it is the same for all rows. */
  readonly base: (table: TrainingTable) => number
  /** The derivatives at the z of each row. */
  readonly derive: (table: TrainingTable, z: Float64Array, gradient: Float64Array, hessian: Float64Array) => void
  /** The mean over the rows. */
  readonly mean: (table: TrainingTable, z: Float64Array) => number
}

export type LossName = 'logistic' | 'squared'

export function lossOf(name: LossName): Loss {
  switch (name) {
    case 'logistic':
      return logistic
    case 'squared':
      return squared
    default:
      return unreachable(name)
  }
}

/** log(1 + e^z) − y·z: minus the log likelihood of label y under the probability 1 / (1 + e^−z). */
const logistic: Loss = {
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

/** (z − y)² / 2. */
const squared: Loss = {
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
