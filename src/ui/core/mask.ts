/** Values that the server masks, since the client lacks the role `personal`. */

/** Stands in place of a masked value. */
const MASK = '***'

export const isMaskedValue = (value: unknown): boolean => value === MASK

/** The key as a parameter of a query; none for a masked key, which finds nothing. */
export const keyParameter = (key: unknown): string | undefined => (isMaskedValue(key) ? undefined : String(key))
