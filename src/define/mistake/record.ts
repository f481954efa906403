/** A record of names that answers an unknown one with a mistake at the user's line, where JavaScript would give `undefined`. */

/** `unknown` is called with the name asked for and throws. Symbols and what the language and test runners look up pass through. */
export function strictRecord<T extends object>(values: T, unknown: (name: string) => never): T {
  return new Proxy(Object.freeze(values), {
    get(target, name) {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name)
      return lookedUp.has(name) ? undefined : unknown(name)
    },
  })
}

/** `then` by `await`, `toJSON` by `JSON.stringify`, `constructor` and the others by printers of values. */
const lookedUp = new Set(['then', 'toJSON', 'constructor', '$$typeof', 'nodeType'])
