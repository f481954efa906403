/** Compiles only if two types are the same type, not merely assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

export function exactly<A, B>(..._same: Same<A, B> extends true ? [] : [{ got: A; expected: B }]): void {}
