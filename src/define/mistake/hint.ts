/** Hints of the compiler: advice in the type of an argument, which TypeScript prints for a value that does not fit. Types only. */

declare const hint: unique symbol

/**
 * Advice beside the types that fit: `Placement | Hint<'place: stream, batch() or hybrid()'>`. No value has this type.
 *
 * The advice names the option, and the fix.
 */
export interface Hint<Advice extends string> {
  readonly [hint]: Advice
}

/** Advice for the duration in option `Name`. */
export type DurationAdvice<Name extends string> = `${Name}: a number and ms, s, m, h, d or w, such as '10m', not '10min'`
