/** The options of a call `features('name', { … })` or `table('name', { … })`, and the position of `place` in them. */
import type { CallExpression, Node, ObjectExpression, ObjectProperty, ObjectPropertyKind } from 'oxc-parser'
import { isInconclusive, type Inconclusive } from '../../domain/plan-types.ts'
import type { SpillwayImport } from './imports.ts'
import { lineAt, type Splice } from './splice.ts'
import { hasComment, stringValue, type ParsedFile } from './syntax.ts'

/** A definition: the group's name, and the line of its call if it is known. */
interface Definition {
  readonly group: string
  readonly line: number | undefined
}

/** Splice that writes a placement, or the reason why its effect is uncertain. Spread options are accepted if `place` follows them. */
export function placeSplice(file: ParsedFile, imported: SpillwayImport, definition: Definition, place: string): Splice | Inconclusive {
  const options = optionsOf(file, imported, definition)
  if (isInconclusive(options)) return options
  const { properties } = options
  const named = properties.filter(property => nameOf(property) === 'place')
  const lastSpread = properties.findLastIndex(property => nameOf(property) === undefined)
  if (named.length > 1) return { why: 'place is written twice' }
  if (named.length === 1) {
    if (properties.indexOf(named[0]) < lastSpread) return { why: 'options are spread in behind place' }
    return valueSplice(file, named[0] as ObjectProperty, place)
  }
  if (lastSpread >= 0) return { why: 'options are spread in, and place may be among them' }
  const values = properties.find(property => nameOf(property) === 'values') ?? properties.at(-1)
  return values ? insertion(file.text, values.start, place) : { why: 'it has no options' }
}

function optionsOf({ text, calls }: ParsedFile, imported: SpillwayImport, { group, line }: Definition): ObjectExpression | Inconclusive {
  const named = calls.filter(call => stringValue(call.arguments[0]) === group && functionName(call, imported))
  const matching = named.filter(call => line === undefined || lineAt(text, functionName(call, imported)!.start) === line)
  if (named.length === 0) return { why: `no features('${group}', …) or table('${group}', …) of Spillway's is written out there` }
  if (matching.length !== 1)
    return { why: named.length > 1 ? 'that name is given more than once there' : 'it is made on another line than it is written on' }
  const [, options, ...others] = matching[0].arguments
  if (options?.type === 'ObjectExpression' && others.length === 0) return options
  const isLiteral = options !== undefined && text[options.start] === '{'
  return { why: isLiteral ? 'its options are more than one object literal' : 'its options are not written out in the call' }
}

/** The called name, if it is a function of Spillway: `features`, its alias, or `spillway.features`. */
function functionName({ callee }: CallExpression, { named, namespace }: SpillwayImport): Node | undefined {
  const words = ['features', 'table']
  if (callee.type === 'Identifier') return words.some(word => named.get(word) === callee.name) ? callee : undefined
  if (callee.type !== 'MemberExpression' || callee.computed || callee.object.type !== 'Identifier') return undefined
  return callee.object.name === namespace && words.includes(callee.property.name) ? callee.property : undefined
}

/** Undefined for a spread and a computed name. */
function nameOf(property: ObjectPropertyKind): string | undefined {
  if (property.type !== 'Property' || property.computed) return undefined
  return property.key.type === 'Identifier' ? property.key.name : stringValue(property.key)
}

/** Replaces a word, a member or a call. An expression that chooses between placements is left to the user. */
function valueSplice(file: ParsedFile, property: ObjectProperty, place: string): Splice | Inconclusive {
  const { start, end } = property.value
  if (property.shorthand) return { start, end, text: `place: ${place}` }
  if (!isPlain(property.value)) return { why: 'place is no placement that is written out, but chosen or computed' }
  if (hasComment(file, property.value)) return { why: 'a comment stands inside its place' }
  return { start, end, text: place }
}

/** True for `word`, `a.word`, and a call of either. */
const isPlain = (value: Node): boolean => isPath(value.type === 'CallExpression' ? value.callee : value)

function isPath(value: Node): boolean {
  if (value.type === 'MemberExpression') return !value.computed && isPath(value.object)
  return value.type === 'Identifier' || value.type === 'ThisExpression'
}

/** Inserts before the property at `at`, on a separate line if that property has one. */
function insertion(text: string, at: number, place: string): Splice {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1
  const indent = text.slice(lineStart, at)
  const newline = text[lineStart - 2] === '\r' ? '\r\n' : '\n'
  const gap = /^\s*$/.test(indent) && lineStart > 0 ? `${newline}${indent}` : ' '
  return { start: at, end: at, text: `place: ${place},${gap}` }
}
