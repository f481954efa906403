/** A record that throws for an unknown name at the user's line, where JavaScript would return `undefined`. */

/** Wraps `values`; `unknown` gets the unknown name and throws. Symbols and names that runtimes look up pass through. */
export function strictRecord<T extends object>(values: T, unknown: (name: string) => never): T {
  return new Proxy(Object.freeze(values), {
    get(target, name) {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name)
      return runtimeNames.has(name) ? undefined : unknown(name)
    },
  })
}

/** `then` is looked up by `await`, `toJSON` by `JSON.stringify`, `constructor` and the others by printers of values. */
const runtimeNames = new Set(['then', 'toJSON', 'constructor', '$$typeof', 'nodeType'])
