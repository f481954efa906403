/** Names of declarations: no variable, parameter, function, type or member is called by a bare participle or relative word. */
import { lineOf, walk, type Module, type Node } from '../sources/syntax.ts'

/** Participles and relative words that do not say what a thing is: `told` of which event, `made` by which run? */
const emptyWords = new Set(['asked', 'told', 'made', 'said', 'heard', 'taken', 'wanted', 'what', 'given'])

/**
 * Variables, parameters, functions, types and members whose whole name is an empty word.
 *
 * A shorthand in a destructuring pattern only repeats the name of its field, which counts where the field is declared.
 */
export const bareNames = (modules: readonly Module[]): string[] => modules.flatMap(bareDeclarations)

function bareDeclarations({ path, text, program }: Module): string[] {
  const faults: string[] = []
  walk(program, node => {
    for (const { name, start } of declaredBy(node))
      if (emptyWords.has(name.toLowerCase())) faults.push(`${path}:${lineOf(text, start)} declares '${name}': name what it is`)
  })
  return faults
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
