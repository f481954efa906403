/** A test subject of `prove mutants`: a function with a test that detects most faults, and one whose faults no test detects. */
export function clamp(value: number, least: number, most: number): number {
  if (value < least) return least
  return value > most ? most : value
}

export function isLong(text: string): boolean {
  return text.length >= 5
}

export function halvings(from: number): number {
  let count = 0
  for (let left = from; left > 1; left /= 2) count += 1
  return count
}
