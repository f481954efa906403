/** The imports of a file from Spillway, and an edit of their names. */
import type { ImportDeclaration } from 'oxc-parser'
import type { Splice } from './splice.ts'
import { hasComment, type ParsedFile } from './syntax.ts'

/** Names that a file imports from Spillway. */
export interface SpillwayImport {
  /** Local names by exported name. */
  readonly named: ReadonlyMap<string, string>
  /** NAME of `import * as NAME`. */
  readonly namespace?: string
  /** The text between the braces around the imported values; undefined without such a list. */
  readonly list?: { readonly start: number; readonly end: number; readonly hasComment: boolean }
  /** Ranges of the import statements. */
  readonly statements: readonly { readonly start: number; readonly end: number }[]
}

const PACKAGE = 'spillway'

/** Finds the imports of values from Spillway. */
export function spillwayImport(file: ParsedFile): SpillwayImport {
  const statements: ImportDeclaration[] = []
  const named = new Map<string, string>()
  let namespace: string | undefined
  let list: SpillwayImport['list']
  for (const statement of file.program.body) {
    if (statement.type !== 'ImportDeclaration' || statement.importKind === 'type' || statement.source.value !== PACKAGE) continue
    statements.push(statement)
    for (const specifier of statement.specifiers) {
      if (specifier.type === 'ImportNamespaceSpecifier') namespace = specifier.local.name
      if (specifier.type !== 'ImportSpecifier' || specifier.importKind === 'type' || specifier.imported.type !== 'Identifier') continue
      named.set(specifier.imported.name, specifier.local.name)
      list ??= {
        start: file.text.lastIndexOf('{', specifier.start) + 1,
        end: file.text.indexOf('}', specifier.end),
        hasComment: hasComment(file, statement),
      }
    }
  }
  return { named, ...(namespace !== undefined && { namespace }), ...(list && { list }), statements }
}

/** The local name of a word of Spillway; undefined if the file does not import it. */
export function localName({ named, namespace }: SpillwayImport, word: string): string | undefined {
  return named.get(word) ?? (namespace === undefined ? undefined : `${namespace}.${word}`)
}

/** Splice that adds and drops imported names, in the style of the list: one line, or one name a line. */
export function importSplice(text: string, { list }: SpillwayImport, add: readonly string[], drop: readonly string[]): Splice | undefined {
  if (!list || list.hasComment || (add.length === 0 && drop.length === 0)) return undefined
  const { start, end } = list
  const inside = text.slice(start, end)
  const entries = inside
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '' && !drop.includes(entry))
  const isSorted = entries.every((entry, i) => i === 0 || byName(entries[i - 1], entry) <= 0)
  const names = [...entries, ...add]
  if (isSorted) names.sort(byName)
  const lines = inside.split(/\r?\n/)
  if (lines.length === 1) return { start, end, text: inside.trim() === inside ? names.join(', ') : ` ${names.join(', ')} ` }
  const newline = inside.includes('\r\n') ? '\r\n' : '\n'
  const indent = /^\s*/.exec(lines[1])![0]
  const comma = /,\s*$/.test(inside) ? ',' : ''
  const isOneALine = lines.filter(line => line.trim() !== '').every(line => line.split(',').filter(name => name.trim() !== '').length === 1)
  const body = isOneALine ? names.join(`,${newline}${indent}`) : names.join(', ')
  return { start, end, text: `${newline}${indent}${body}${comma}${newline}${lines.at(-1)}` }
}

const byName = (a: string, b: string): number => (a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0)
