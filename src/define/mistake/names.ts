/** Names and option objects as users write them: what is allowed. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show } from '../../base/show.ts'
import { mistake } from './mistake.ts'

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Names go into SQL, file columns and paths such as `card.n10m`: letters, digits and underscores, no digit first. */
export function checkName(what: string, name: unknown): string {
  if (typeof name !== 'string' || !identifier.test(name) || name === '__proto__')
    mistake(`${what} ${show(name)} is no name; use letters, digits and _, and start with a letter`)
  return name
}

/** Actions and reports are named in addresses, files and logs, not in SQL: hyphens may stand between words. */
export function checkTitle(what: string, name: unknown): string {
  if (typeof name !== 'string' || name.split('-').includes('')) return checkName(what, name)
  checkName(what, name.replaceAll('-', '_'))
  return name
}

/** Names of one kind must differ by more than case, which SQL engines do not tell apart. */
export function checkDistinct(what: string, names: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined) mistake(`${what} has '${twin}' and '${name}', which SQL does not tell apart; rename one`)
    seen.set(name.toLowerCase(), name)
  }
}

/** Refuses what is no object of options, and options that do not exist, with the nearest that does. */
export function checkOptions(what: string, options: unknown, names: readonly string[]): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options))
    mistake(`${what} needs an object of options, got ${show(options)}`)
  for (const name of Object.keys(options)) if (!names.includes(name)) mistake(`${what} has no option '${name}'${didYouMean(name, names)}`)
}

/** Owner and description, when given. */
export function notesOf(
  what: string,
  options: { readonly owner?: unknown; readonly description?: unknown },
): { owner?: string; description?: string } {
  const notes: { owner?: string; description?: string } = {}
  for (const name of ['owner', 'description'] as const) {
    const text = options[name]
    if (text === undefined) continue
    notes[name] = typeof text === 'string' ? text : mistake(`${what}: ${name} is text, got ${show(text)}`)
  }
  return notes
}
