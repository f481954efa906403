/** A record of names that answers an unknown one with a mistake at the user's line, where JavaScript would give `undefined`. */

/** `unknown` is called with the name asked for and throws. Symbols and what the language itself looks up pass through. */
export function strictRecord<T extends object>(values: T, unknown: (name: string) => never): T {
  return new Proxy(Object.freeze(values), {
    get(target, name) {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name)
      return languageNames.has(name) ? undefined : unknown(name)
    },
  })
}

/** `then`: awaiting a value; `toJSON`: printing it; `constructor`, `$$typeof` and the like: inspecting it. */
const languageNames = new Set(['then', 'toJSON', 'constructor', 'toString', 'valueOf', '$$typeof', 'nodeType'])
