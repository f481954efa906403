/** Compiles `and`, `or`, `not` and `isNull`: three-valued logic as in SQL. One pass, and no mask where no result is NULL. */
import { type Evaluate, Scratch } from './evaluate.ts'

/**
 * Compiles `and` or `or`.
 *
 * An operand with the deciding value (false for `and`, true for `or`) decides, whatever the other is; otherwise the result is
 * NULL if either is. Bits instead of branches, since conditions are hard to predict: `flip` turns `and` into the `or` of the
 * negations.
 */
export function compileConnective(op: 'and' | 'or', left: Evaluate, right: Evaluate): Evaluate {
  const flip = op === 'and' ? 1 : 0
  const scratch = new Scratch()
  return (leaf, length) => {
    const [{ values: a, nulls: aNulls }, { values: b, nulls: bNulls }] = [left(leaf, length), right(leaf, length)]
    const values = scratch.values(length)
    if (!aNulls && !bNulls) {
      for (let i = 0; i < length; i++) values[i] = ((a[i] ^ flip) | (b[i] ^ flip)) ^ flip
      return { values }
    }
    const nulls = scratch.nulls(length)
    let count = 0
    for (let i = 0; i < length; i++) {
      const aKnown = aNulls ? aNulls[i] ^ 1 : 1
      const bKnown = bNulls ? bNulls[i] ^ 1 : 1
      const decided = ((a[i] ^ flip) & aKnown) | ((b[i] ^ flip) & bKnown)
      const missing = (decided | (aKnown & bKnown)) ^ 1
      values[i] = decided ^ flip
      nulls[i] = missing
      count += missing
    }
    return count > 0 ? { values, nulls } : { values }
  }
}

/** Compiles `not`. */
export function compileNot(of: Evaluate): Evaluate {
  const scratch = new Scratch()
  return (leaf, length) => {
    const { values: a, nulls } = of(leaf, length)
    const values = scratch.values(length)
    for (let i = 0; i < length; i++) values[i] = 1 - a[i]
    return { values, nulls }
  }
}

/** Compiles `isNull`. */
export function compileIsNull(of: Evaluate): Evaluate {
  const scratch = new Scratch()
  return (leaf, length) => {
    const { nulls } = of(leaf, length)
    const values = scratch.values(length)
    if (!nulls) values.fill(0, 0, length)
    else for (let i = 0; i < length; i++) values[i] = nulls[i]
    return { values }
  }
}
