/** Checks of names and option objects that users write. */
import { didYouMean, show } from '../../base/index.ts'
import type { Notes } from '../ir/ir.ts'
import { mistake } from './mistake.ts'

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Checks an identifier: letters, digits and underscores, no digit first. Names go into SQL, file columns and paths such as
 * `card.n10m`.
 */
export function checkName(subject: string, name: unknown): string {
  if (typeof name !== 'string' || !identifier.test(name) || name === '__proto__')
    mistake(`${subject} ${show(name)} is no name; use letters, digits and _, and start with a letter`)
  return name
}

/**
 * Checks the name of an action or report: an identifier with hyphens between words. Such names go into URLs, files and logs,
 * not into SQL.
 */
export function checkTitle(subject: string, name: unknown): string {
  if (typeof name !== 'string' || name.split('-').includes('')) return checkName(subject, name)
  checkName(subject, name.replaceAll('-', '_'))
  return name
}

/** Rejects names that differ by case alone, which SQL engines do not tell apart. */
export function checkDistinct(subject: string, names: readonly string[]): void {
  const byLowerCase = new Map<string, string>()
  for (const name of names) {
    const twin = byLowerCase.get(name.toLowerCase())
    if (twin !== undefined) mistake(`${subject} has '${twin}' and '${name}', which SQL does not tell apart; rename one`)
    byLowerCase.set(name.toLowerCase(), name)
  }
}

/** Rejects a value that is no object of options, and options that do not exist, with the nearest name. */
export function checkOptions(subject: string, options: unknown, names: readonly string[]): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options))
    mistake(`${subject} needs an object of options, got ${show(options)}`)
  for (const name of Object.keys(options))
    if (!names.includes(name)) mistake(`${subject} has no option '${name}'${didYouMean(name, names)}`)
}

/** Names of all options `O`: the compiler rejects a list that lacks an option, or has a name that is no option. */
export const optionNames = <O extends object>(names: Readonly<Record<keyof O, true>>): readonly string[] => Object.keys(names)

/**
 * The options that are set, each parsed: `{ deadline: '5s', cooldown: undefined }` and `durationOf` give `{ deadline: 5000 }`.
 * Messages begin with `subject: name`.
 */
export function parseOptions<const O extends object, T>(
  subject: string,
  options: O,
  parse: (subject: string, value: unknown) => T,
): { readonly [N in keyof O]?: T } {
  const set = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(set.map(([name, value]) => [name, parse(`${subject}: ${name}`, value)])) as { [N in keyof O]?: T }
}

/** Owner and description, where they are set. */
export const notesOf = (subject: string, { owner, description }: { readonly [N in keyof Notes]: unknown }): Notes =>
  parseOptions(subject, { owner, description }, (note, text) =>
    typeof text === 'string' ? text : mistake(`${note} is text, got ${show(text)}`),
  )

/**
 * A record that throws for an unknown name, where JavaScript would return `undefined`. `lacks` begins the message, and `path`
 * stands before the name: `source 'payments' has no column`.
 *
 * Symbols and names that runtimes look up pass through.
 */
export function strictRecord<T extends object>(values: T, lacks: string, path = ''): T {
  return new Proxy(Object.freeze(values), {
    get(target, name) {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name)
      return runtimeNames.has(name) ? undefined : mistake(`${lacks} '${path}${name}'${didYouMean(name, Object.keys(target))}`)
    },
  })
}

/** `then` is looked up by `await`, `toJSON` by `JSON.stringify`, `constructor` and the others by printers of values. */
const runtimeNames = new Set(['then', 'toJSON', 'constructor', '$$typeof', 'nodeType'])
