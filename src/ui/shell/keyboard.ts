/** Keys and their commands. `g` begins a sequence of two: `g o` opens the overview. */
import type { PageName } from '../core/location.ts'

export type KeyCommand =
  | { readonly kind: 'go'; readonly page: PageName }
  | { readonly kind: 'search' | 'help' | 'theme' | 'next' | 'previous' | 'leave-field' }

const goKeys: Readonly<Record<string, PageName>> = {
  o: 'overview',
  e: 'alerts',
  s: 'sources',
  f: 'features',
  d: 'decisions',
  a: 'actions',
  l: 'dead-letters',
  m: 'models',
  r: 'runs',
  u: 'audit',
}

const singleKeys: Readonly<Record<string, KeyCommand>> = {
  '/': { kind: 'search' },
  '?': { kind: 'help' },
  t: { kind: 'theme' },
  j: { kind: 'next' },
  k: { kind: 'previous' },
  Escape: { kind: 'leave-field' },
}

/** The keys with their meanings, for the help. */
export const keyHelp: readonly (readonly [keys: string, meaning: string])[] = [
  ['/', 'search'],
  ['?', 'these keys'],
  ['j  k', 'next and previous row of a list'],
  ['Enter', 'open the row'],
  ['Esc', 'close a dialog, leave a field'],
  ['t', 'light or dark'],
  ...Object.entries(goKeys).map(([key, page]) => [`g ${key}`, page.replace('-', ' ')] as const),
]

/** The state of a sequence: is the key before this one a `g`? */
export interface KeyStep {
  readonly isPending: boolean
  readonly command?: KeyCommand
}

/** The step after a key. In a field of text only Escape is a command. */
export function keyStep(isPending: boolean, key: string, isTyping: boolean): KeyStep {
  if (isTyping) return { isPending: false, ...(key === 'Escape' && { command: { kind: 'leave-field' } }) }
  if (isPending && Object.hasOwn(goKeys, key)) return { isPending: false, command: { kind: 'go', page: goKeys[key] } }
  if (key === 'g') return { isPending: true }
  return { isPending: false, ...(Object.hasOwn(singleKeys, key) && { command: singleKeys[key] }) }
}
