/** A pass that makes a case smaller, the largest changes first. */
export type Pass<C> = (of: C) => Iterable<C>

/**
 * Shrinks a case that fails. Greedy: a pass starts again from each smaller failing case, until no pass helps or the attempts are used up.
 */
export async function smallest<C>(of: C, fails: (of: C) => Promise<boolean>, passes: readonly Pass<C>[], triesMax: number): Promise<C> {
  let least = of
  let tries = 0
  for (let helped = true; helped;) {
    helped = false
    for (const pass of passes) {
      for (let isSmaller = true; isSmaller;) {
        isSmaller = false
        for (const smaller of pass(least)) {
          if (++tries > triesMax) return least
          if (!(await fails(smaller))) continue
          least = smaller
          isSmaller = helped = true
          break
        }
      }
    }
  }
  return least
}
