/** Names of declarations: no variable, parameter, function, type or member is called by a bare participle or relative word. */
import { lineOf, walk, type Module, type Node } from '../sources/syntax.ts'

/** Participles and relative words that do not say what a thing is: `told` of which event, `made` by which run? */
const emptyWords = new Set(['asked', 'told', 'made', 'said', 'heard', 'taken', 'wanted', 'what', 'given'])

/** Declarations of that name that a folder still has; without an entry it has none. A folder is a room of `src/`, or one of `test/`. */
export const stillBare: Readonly<Record<string, number>> = {
  examples: 12,
  'src/base': 2,
  'src/client': 1,
  'src/kernel': 1,
  'src/log': 2,
  'src/operate': 9,
  'src/replay': 2,
  'src/run': 31,
  'src/runner': 1,
  'src/serve': 1,
  'src/sources': 13,
  'src/testing': 2,
  'src/training': 1,
  // Fields of the server's answers.
  'src/ui': 3,
  'test/audit': 3,
  'test/cli': 16,
  'test/serve': 2,
  'test/training': 1,
  'test/types': 1,
  'test/verdict': 6,
}

/**
 * Variables, parameters, functions, types and members whose whole name is an empty word, of folders with more of them than are allowed.
 *
 * A shorthand in a destructuring pattern only repeats the name of its field, which counts where the field is declared.
 */
export function bareNames(modules: readonly Module[], allowed: Readonly<Record<string, number>> = stillBare): string[] {
  const byFolder = Map.groupBy(modules.flatMap(bareDeclarations), ({ folder }) => folder)
  return [...byFolder].flatMap(([folder, all]) => (all.length > (allowed[folder] ?? 0) ? all.map(({ fault }) => fault) : []))
}

function bareDeclarations({ path, text, program }: Module): { readonly folder: string; readonly fault: string }[] {
  const declarations: { readonly folder: string; readonly fault: string }[] = []
  const folder = /^((?:src|test)\/[^/]+(?=\/)|[^/]+)/.exec(path)![1]
  walk(program, node => {
    for (const { name, start } of declaredBy(node))
      if (emptyWords.has(name.toLowerCase()))
        declarations.push({ folder, fault: `${path}:${lineOf(text, start)} declares '${name}': name what it is` })
  })
  return declarations
}

interface Name {
  readonly name: string
  readonly start: number
}

const members = new Set([
  'PropertyDefinition',
  'MethodDefinition',
  'AccessorProperty',
  'TSAbstractPropertyDefinition',
  'TSAbstractMethodDefinition',
  'TSPropertySignature',
  'TSMethodSignature',
])

/** The names that a node declares by itself: its own, those of its parameters, or those of its pattern. */
function declaredBy(node: Node): Name[] {
  const names: Name[] = []
  if (node.type === 'VariableDeclarator' || 'id' in node) names.push(...namesIn(node.id))
  if ('params' in node && Array.isArray(node.params)) names.push(...(node.params as Node[]).flatMap(namesIn))
  if (node.type === 'CatchClause') names.push(...namesIn(node.param))
  if (members.has(node.type) && 'key' in node && !('computed' in node && node.computed)) names.push(...namesIn(node.key))
  return names
}

function namesIn(pattern: Node | null): Name[] {
  switch (pattern?.type) {
    case 'Identifier':
    case 'PrivateIdentifier':
      return [pattern]
    case 'AssignmentPattern':
      return namesIn(pattern.left)
    case 'RestElement':
      return namesIn(pattern.argument)
    case 'TSParameterProperty':
      return namesIn(pattern.parameter)
    case 'ArrayPattern':
      return pattern.elements.flatMap(namesIn)
    case 'ObjectPattern':
      return pattern.properties.flatMap(property =>
        property.type === 'RestElement' ? namesIn(property) : property.shorthand ? [] : namesIn(property.value),
      )
    default:
      return []
  }
}
