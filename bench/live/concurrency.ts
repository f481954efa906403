/** Calls `one` for 0 … count − 1, so many at a time. */
export async function runConcurrently(count: number, inFlight: number, one: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const chain = async (): Promise<void> => {
    while (next < count) await one(next++)
  }
  await Promise.all(Array.from({ length: inFlight }, chain))
}
