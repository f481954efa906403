/**
 * The paths drawn in ARCHITECTURE.md, compared with the code. A drawing is a fenced block under a heading that ends in `path`.
 *
 * A stage is a line `NUMBER VERB FILE · NAME`, where FILE is a path from `src/` and NAME an export of the file, or `CLASS.method`. On the
 * event path, whose numbers start at 0, a stage's file is imported, directly or not, by the file of an earlier stage. A `(port)` is called
 * through an interface: the stage before it does not import its file, and stage 0, the composition root, connects the two.
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

/** A drawing: its heading, and its lines that begin with a number and name a file. */
interface Drawing {
  readonly title: string
  readonly lines: readonly string[]
  readonly stages: readonly Stage[]
}

const EVENT_PATH = 'The event path'

/** The drawings in the order of the page. */
export const drawings = (architecture: string): Drawing[] =>
  [...architecture.matchAll(/^##+ (.* path)$(?:(?!^#)[^])*?^```text\n([^]*?)^```/gm)].map(([, title, block]) => {
    const lines = block.split('\n').filter(line => /^ *\d+ +.*\.ts\b/.test(line))
    return { title, lines, stages: lines.flatMap(line => stageOf(line) ?? []) }
  })

/** Stages that the code does not have, or that it reaches differently. */
export function pathFaults(modules: readonly Module[], architecture: string): string[] {
  const all = drawings(architecture)
  if (!all.some(({ title, stages }) => title === EVENT_PATH && stages.length > 1))
    return [`ARCHITECTURE.md has no drawing under "## ${EVENT_PATH}"`]
  const byPath = new Map(modules.map(module => [module.path, module]))
  return all.flatMap(drawing => drawingFaults(byPath, drawing).map(fault => `${drawing.title}: ${fault}`))
}

function drawingFaults(byPath: ReadonlyMap<string, Module>, drawing: Drawing): string[] {
  const { stages } = drawing
  const isEventPath = drawing.title === EVENT_PATH
  const faults = stages.flatMap((stage, i) => {
    const module = byPath.get(stage.path)
    if (!module) return [`stage ${stage.number} (${stage.verb}): ${stage.path} does not exist`]
    const stageFaults = [...nameFaults(module, stage), ...(isEventPath ? reachFaults(byPath, stages, i) : [])]
    return stageFaults.map(fault => `stage ${stage.number} (${stage.verb}): ${fault}`)
  })
  return [...numberFaults(drawing, isEventPath ? 0 : 1), ...faults]
}

function stageOf(line: string): Stage | undefined {
  const match = stageLine.exec(line)
  if (!match) return undefined
  const [, number, verb, file, name, method, port] = match
  return { number: Number(number), verb, path: `src/${file}`, name, method, isPort: port !== undefined }
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

/** Stages are numbered from `first` without a gap; a line that resembles a stage and is not parsed as one makes a gap, or shows at the end. */
function numberFaults({ stages, lines }: Drawing, first: number): string[] {
  const gap = stages.findIndex(({ number }, i) => number !== first + i)
  return [
    ...(gap < 0 ? [] : [`stage ${first + gap} is missing, or its line is not NUMBER VERB FILE · NAME`]),
    ...(lines.length === stages.length
      ? []
      : [`${lines.length} lines begin with a number and name a file; ${stages.length} of them are stages`]),
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
