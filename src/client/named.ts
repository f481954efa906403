/** Definitions as the client takes them. At run time they are names and nothing else, so that a page need not carry the pipeline. */
import type { Entity } from '../define/source/entity.ts'
import type { Group } from '../define/feature/features.ts'
import type { InputOf } from '../define/expression/kinds.ts'
import { ClientError } from './client-error.ts'

/** A source, a group or a model. */
export interface Definition {
  readonly name: string
  readonly ir: { readonly name: string }
}

export interface NamedOptions {
  /** Of a source: its events have ids (`id: …`), so that they may be sent again when nobody knows whether they were taken. */
  readonly ids?: boolean
}

/**
 * A definition by its name alone, with the types of one that is only imported as a type:
 * `named<typeof payments>('payments')`. The server says so where it has none of the name.
 */
export function named<D extends Definition = never>(name: [D] extends [never] ? never : string, { ids = false }: NamedOptions = {}): D {
  return { name, ir: { name, ...(ids && { id: '' }) } } as unknown as D
}

/** Does the source tell a repeated event from a second one? */
export const hasIds = ({ ir }: Definition): boolean => (ir as { id?: unknown }).id !== undefined

/** A key of a group: the value of its one key column, or one for each, in order. */
export type KeyOf<E> = E extends readonly Entity[] ? { readonly [I in keyof E]: InputOf<E[I]> } : InputOf<E>
/** The key of a group that is given whole. */
export type KeyIn<G> = G extends Group<infer E, infer _F> ? KeyOf<E> : never

/** A text for each key column. Throws `SPILL_INPUT` for what is no value: as a text it would be the key of somebody else, of whom nothing is known. */
export const keyTexts = (key: unknown): string[] => (Array.isArray(key) ? key : [key]).map(textOf)

function textOf(part: unknown): string {
  if (typeof part === 'string' || typeof part === 'number' || typeof part === 'bigint' || typeof part === 'boolean' || part instanceof Date)
    return String(part)
  throw new ClientError(
    'SPILL_INPUT',
    `a key is a text, a number, or an array of them, one for each key column; this one has ${shown(part)}`,
  )
}

const shown = (part: unknown): string => (part === null || part === undefined ? String(part) : `a value of type ${typeof part}`)
