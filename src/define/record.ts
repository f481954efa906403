/** A record of names that answers an unknown one with a mistake at the user's line, where JavaScript would give `undefined`. */

/** `unknown` is called with the name asked for and throws. Symbols and what the language and test runners look up pass through. */
export function strictRecord<T extends object>(values: T, unknown: (name: string) => never): T {
  return new Proxy(Object.freeze(values), {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name)
      return lookedUp.has(name) ? undefined : unknown(name)
    },
  })
}

/** `then` by `await`, `toJSON` by `JSON.stringify`, the others by printers of test runners. */
const lookedUp = new Set(['then', 'toJSON', '$$typeof', 'nodeType'])
