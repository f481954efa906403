/** Sample data for the conformance suite of `OnlineStore`. */
import { random } from '../../base/index.ts'
import type { OnlineRow, OnlineWrite } from '../../online/index.ts'

const SEED = 27

/** Row of group `spending`, generation 1. */
export const rowOf = (key: string, version: number, changes: Partial<OnlineRow> = {}): OnlineRow => ({
  group: 'spending',
  generation: 1,
  key,
  part: '',
  version,
  values: { n: version },
  ...changes,
})

/** Keys of the samples. */
export const KEYS = ['"a"', '"b"', '["c",1]', '"ü試😀"', '""']
const PARTS = ['', '000100', '000200']

/** Random writes: versions of the rows of a few keys, each with the position of its input. */
export function randomWrites(count: number): OnlineWrite[] {
  const next = random(SEED)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]
  return Array.from({ length: count }, (_, i) => ({
    rows: Array.from({ length: 1 + Math.floor(next() * 3) }, () =>
      rowOf(pick(KEYS), i + 1, { part: pick(PARTS), generation: pick([1, 2]), group: pick(['spending', 'logins']) }),
    ),
    consumed: { [pick(['tiles/0', 'tiles/1'])]: i + 1 },
  }))
}

/** The writes twice, in a random order. */
export function shuffledTwice(writes: readonly OnlineWrite[]): OnlineWrite[] {
  const next = random(SEED + 1)
  return [...writes, ...writes]
    .map(each => [next(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each)
}

/** The place of a row. */
export const stateKey = ({ group, generation, key, part }: OnlineRow): string => JSON.stringify([group, generation, key, part])
