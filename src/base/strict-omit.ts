/** `Omit` whose keys must exist, so that a renamed field is a type error instead of an omission of nothing. */
export type StrictOmit<T, K extends keyof T> = Omit<T, K>
