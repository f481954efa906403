/** Definitions as the client uses them: by name alone at run time, so that a web page need not bundle the pipeline. */
import type { Entity } from '../define/source/index.ts'
import type { Group } from '../define/feature/index.ts'
import type { InputOf } from '../define/index.ts'
import { ClientError } from './client-error.ts'

/** A source, a feature group or a model. */
export interface Definition {
  readonly name: string
  readonly ir: { readonly name: string }
}

/** The options of `named`. */
export interface NamedOptions {
  /** Of a source: its events have ids (`id: …`), so that the client may send them again when an answer was lost. */
  readonly ids?: boolean
}

/**
 * A definition by its name, with the types of a definition that is imported as a type only. A server without this name answers
 * `SPILL_NOT_FOUND`.
 *
 * @example
 * ```ts
 * import type { payments } from './pipeline.ts'
 *
 * await api.send(named<typeof payments>('payments', { ids: true }), events)
 * ```
 */
export function named<D extends Definition = never>(name: [D] extends [never] ? never : string, { ids = false }: NamedOptions = {}): D {
  return { name, ir: { name, ...(ids && { id: '' }) } } as unknown as D
}

/** Has the source ids, by which the server detects duplicates? */
export const hasIds = ({ ir }: Definition): boolean => (ir as { id?: unknown }).id !== undefined

/** The key of a group: the value of its one key column, or an array with one value for each. */
export type KeyOf<E> = E extends readonly Entity[] ? { readonly [I in keyof E]: InputOf<E[I]> } : InputOf<E>
/** The key type of a group type. */
export type KeyIn<G> = G extends Group<infer E, infer _F> ? KeyOf<E> : never

/** The text of each key column. Throws `SPILL_KEY` for a value such as undefined, whose text would be a different key. */
export const keyTexts = (key: unknown): string[] => (Array.isArray(key) ? key : [key]).map(textOf)

function textOf(part: unknown): string {
  if (typeof part === 'string' || typeof part === 'number' || typeof part === 'bigint' || typeof part === 'boolean' || part instanceof Date)
    return String(part)
  throw new ClientError('SPILL_KEY', `a key is a text, a number, or an array of them, one for each key column; this one has ${shown(part)}`)
}

const shown = (part: unknown): string => (part === null || part === undefined ? String(part) : `a value of type ${typeof part}`)
