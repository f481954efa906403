/**
 * Orders at kitchens, as in a team's own file: now and then a kitchen is overloaded for three hours, and orders are late. The number of
 * open tickets predicts this roughly; the mean of the last ones predicts it better, and that of yesterday does not.
 */
import { random } from '../../src/base/random.ts'

export interface Delivery {
  readonly order: number
  readonly kitchen: string
  /** UTC ms. */
  readonly placed: number
  readonly items: number
  readonly tickets: number
  readonly late: boolean
}

const HOUR = 3_600_000

/** In order of time. */
export function deliveries({ kitchens, days }: { readonly kitchens: number; readonly days: number }, seed = 5): Delivery[] {
  const next = random(seed)
  const begin = Date.UTC(2025, 8, 1)
  const rows: Omit<Delivery, 'order'>[] = []
  for (let k = 0; k < kitchens; k++) {
    let isBusy = false
    for (let hour = 0; hour < 24 * days; hour++) {
      if (hour % 24 < 10 || hour % 24 > 21) continue
      if (hour % 3 === 1) isBusy = next() < 0.25
      for (let i = 0; i < 4; i++)
        rows.push({
          kitchen: `k${k}`,
          placed: begin + hour * HOUR + Math.floor(((i + next()) * HOUR) / 4 / 1000) * 1000,
          items: 1 + Math.floor(next() * 5),
          tickets: Math.floor((isBusy ? 5 : 0) + next() * 20),
          late: next() < (isBusy ? 0.8 : 0.04),
        })
    }
  }
  return rows.toSorted((a, b) => a.placed - b.placed).map((row, order) => ({ order, ...row }))
}
