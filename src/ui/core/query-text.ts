/** A query string of the parameters that have a value, with its `?`. */
export function queryText(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const used = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '')
  return used.length === 0 ? '' : `?${new URLSearchParams(used.map(([name, value]) => [name, String(value)])).toString()}`
}
