/** Feature vectors in the oracle's form: nested names joined by dots. */
export function flatVector(vector: object, path = ''): Record<string, unknown> {
  const entries = Object.entries(vector).flatMap(([name, value]: [string, unknown]) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(flatVector(value, `${path}${name}.`))
      : [[`${path}${name}`, value] as const],
  )
  return Object.fromEntries(entries) as Record<string, unknown>
}
