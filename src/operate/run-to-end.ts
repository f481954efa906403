/** Runs a generator to its end at once, and returns its result; what it yields is dropped. */
export function runToEnd<R>(steps: Generator<unknown, R>): R {
  for (let next = steps.next(); ; next = steps.next()) if (next.done) return next.value
}
