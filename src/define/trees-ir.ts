/**
 * One tree over some inputs, known by number. Its nodes stand in preorder: node 0 is the root, the left child of a split `i` is `i + 1`, its right one
 * `right[i]`. A row goes left if input `input[i]` is at most `value[i]` and right if it is greater; a NULL goes left if `nullsLeft[i]` is 1 and right
 * otherwise. A leaf has `input` −1, `right` and `nullsLeft` 0, and gives `value[i]`.
 */
export interface TreeIR {
  readonly input: readonly number[]
  readonly value: readonly number[]
  readonly right: readonly number[]
  readonly nullsLeft: readonly number[]
}

/**
 * z = base + what each tree gives, in order; the score is 1 / (1 + e^−z) with the link `logistic`, z with `identity`. `inputs` are the names of the inputs
 * that the trees know by number; a bool is 0 or 1. NULLs have a way in each tree, so that only a z that is not finite makes the score NULL.
 */
export interface TreesScoreIR {
  readonly kind: 'trees'
  readonly link: 'logistic' | 'identity'
  readonly base: number
  readonly inputs: readonly string[]
  readonly trees: readonly TreeIR[]
}
