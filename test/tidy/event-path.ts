/**
 * The drawing of the event path in ARCHITECTURE.md, compared with the code.
 *
 * A stage is a line `NUMBER VERB FILE · NAME`, where FILE is a path from `src/` and NAME an export of the file, or `CLASS.method`. Its
 * file is imported, directly or not, by the file of an earlier stage. A `(port)` is called through an interface: the stage before it does
 * not import its file, and stage 0, the composition root, connects the two.
 */
import type { ClassElement, MethodDefinition, PropertyDefinition } from 'oxc-parser'
import type { Module, Node } from '../sources/syntax.ts'

/** A line of the drawing. */
export interface Stage {
  readonly number: number
  readonly verb: string
  /** From the root of the repository. */
  readonly path: string
  /** An exported name. */
  readonly name: string
  readonly method: string | undefined
  readonly isPort: boolean
}

const stageLine = /^ *(\d+) +([a-z]+) +([\w/.-]+\.ts) · (\w+)(?:\.(\w+))?( \(port\))?(?: |$)/

/** The stages of the first fenced block under the heading `The event path`, in the order of the page. */
export function eventPath(architecture: string): Stage[] {
  const block = /^## The event path$[^]*?^```text\n([^]*?)^```/m.exec(architecture)?.[1] ?? ''
  return block.split('\n').flatMap(line => {
    const match = stageLine.exec(line)
    if (!match) return []
    const [, number, verb, file, name, method, port] = match
    return { number: Number(number), verb, path: `src/${file}`, name, method, isPort: port !== undefined }
  })
}

/** Stages that the code does not have, or that it reaches differently. */
export function eventPathFaults(modules: readonly Module[], architecture: string): string[] {
  const stages = eventPath(architecture)
  if (stages.length < 2) return ['ARCHITECTURE.md has no drawing under "## The event path"']
  const byPath = new Map(modules.map(module => [module.path, module]))
  const faults = stages.flatMap((stage, i) => {
    const module = byPath.get(stage.path)
    const stageFaults = module ? [...nameFaults(module, stage), ...reachFaults(byPath, stages, i)] : [`${stage.path} does not exist`]
    return stageFaults.map(fault => `stage ${stage.number} (${stage.verb}): ${fault}`)
  })
  return [...numberFaults(stages, architecture), ...faults]
}

/** The composition root reaches every stage, so it counts for the first stage and for ports alone. */
function reachFaults(byPath: ReadonlyMap<string, Module>, stages: readonly Stage[], index: number): string[] {
  if (index === 0) return []
  const [root] = stages
  const { path, isPort } = stages[index]
  const before = index === 1 ? [root] : stages.slice(1, index)
  if (!isPort) return reachable(byPath, before).has(path) ? [] : [`no earlier stage imports ${path}`]
  const caller = before.at(-1)!
  return [
    ...(reachable(byPath, [caller]).has(path) ? [`${caller.path} imports ${path}, so it is no (port)`] : []),
    ...(reachable(byPath, [root]).has(path) ? [] : [`${root.path} does not import ${path}`]),
  ]
}

/** Stages are numbered from 0 without a gap; a line that resembles a stage and is not parsed as one makes a gap, or shows at the end. */
function numberFaults(stages: readonly Stage[], architecture: string): string[] {
  const gap = stages.findIndex(({ number }, i) => number !== i)
  const lines = [...architecture.matchAll(/^ *\d+ +.*\.ts\b.*$/gm)].length
  return [
    ...(gap < 0 ? [] : [`stage ${gap} is missing, or its line is not NUMBER VERB FILE · NAME`]),
    ...(lines === stages.length ? [] : [`${lines} lines begin with a number and name a file; ${stages.length} of them are stages`]),
  ]
}

/** Files that are imported from any of `from`, directly or not, types included; and `from`. */
function reachable(byPath: ReadonlyMap<string, Module>, from: readonly Stage[]): Set<string> {
  const reached = new Set(from.map(({ path }) => path))
  for (const path of reached) for (const imported of byPath.get(path)?.imports ?? []) reached.add(imported)
  return reached
}

function nameFaults({ path, program }: Module, { name, method }: Stage): string[] {
  const declaration = exportsOf(program).get(name)
  if (!declaration) return [`${path} exports no '${name}'`]
  if (method === undefined) return []
  return methodsOf(declaration).has(method) ? [] : [`class ${name} in ${path} has no public method '${method}'`]
}

/** Exported functions, classes and constants by name. */
function exportsOf(program: Node): Map<string, Node> {
  if (program.type !== 'Program') return new Map()
  return new Map(
    program.body.flatMap((statement): [string, Node][] => {
      const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : undefined
      if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration')
        return declaration.id ? [[declaration.id.name, declaration]] : []
      if (declaration?.type !== 'VariableDeclaration') return []
      return declaration.declarations.flatMap(({ id, init }): [string, Node][] =>
        id.type === 'Identifier' && init ? [[id.name, init]] : [],
      )
    }),
  )
}

function methodsOf(declaration: Node): Set<string> {
  if (declaration.type !== 'ClassDeclaration') return new Set()
  return new Set(
    declaration.body.body.flatMap(member =>
      isMethod(member) && member.accessibility !== 'private' && member.key.type === 'Identifier' ? member.key.name : [],
    ),
  )
}

const isMethod = (member: ClassElement): member is MethodDefinition | PropertyDefinition =>
  member.type === 'MethodDefinition' || (member.type === 'PropertyDefinition' && member.value?.type === 'ArrowFunctionExpression')
