/**
 * The paths drawn in ARCHITECTURE.md, compared with the code. A drawing is a fenced block under a heading that ends in `path`.
 *
 * A stage is a line `NUMBER VERB FILE · NAME`, where FILE is a path from `src/` and NAME a declaration of the file, or `CLASS.method`. On
 * the event path, whose numbers start at 0, a stage's file is imported, directly or not, by the file of an earlier stage. A `(port)` is
 * called through an interface: the stage before it does not import its file, and stage 0, the composition root, connects the two.
 *
 * On other paths a line with `▼` names an event that calls the next stage: a commit, a request, a person. A later stage of the part
 * between two such lines is called, directly or not, by an earlier one of that part (`call-graph.ts`). A stage that is called by the part
 * before it needs no `▼`.
 */
import type { Module, Node } from '../sources/syntax.ts'
import { CallGraph, declarationsOf, methodsOf } from './call-graph.ts'

/** A line of the drawing. */
export interface Stage {
  readonly number: number
  readonly verb: string
  /** From the root of the repository. */
  readonly path: string
  readonly name: string
  readonly method: string | undefined
  readonly isPort: boolean
}

const stageLine = /^ *(\d+) +([a-z]+) +([\w/.-]+\.ts) · (\w+)(?:\.(\w+))?( \(port\))?(?: |$)/

/** A drawing: its heading, its lines that begin with a number and name a file, and its stages, in the parts between lines with `▼`. */
interface Drawing {
  readonly title: string
  readonly lines: readonly string[]
  readonly parts: readonly (readonly Stage[])[]
}

const EVENT_PATH = 'The event path'

/** The drawings in the order of the page. */
export const drawings = (architecture: string): Drawing[] =>
  [...architecture.matchAll(/^##+ (.* path)$(?:(?!^#)[^])*?^```text\n([^]*?)^```/gm)].map(([, title, block]) => {
    const parts = block.split(/^ *▼.*$/m).map(part => part.split('\n').filter(line => /^ *\d+ +.*\.ts\b/.test(line)))
    return { title, lines: parts.flat(), parts: parts.map(lines => lines.flatMap(line => stageOf(line) ?? [])) }
  })

/** Stages that the code does not have, or that it reaches differently. */
export function pathFaults(modules: readonly Module[], architecture: string): string[] {
  const all = drawings(architecture)
  if (!all.some(({ title, parts }) => title === EVENT_PATH && parts.flat().length > 1))
    return [`ARCHITECTURE.md has no drawing under "## ${EVENT_PATH}"`]
  const byPath = new Map(modules.map(module => [module.path, module]))
  const calls = new CallGraph(modules)
  return all.flatMap(drawing => drawingFaults(byPath, calls, drawing).map(fault => `${drawing.title}: ${fault}`))
}

function drawingFaults(byPath: ReadonlyMap<string, Module>, calls: CallGraph, drawing: Drawing): string[] {
  const stages = drawing.parts.flat()
  const isEventPath = drawing.title === EVENT_PATH
  const faults = stages.flatMap((stage, i) => {
    const module = byPath.get(stage.path)
    const stageFaults = module
      ? [...nameFaults(module, stage), ...(isEventPath ? reachFaults(byPath, stages, i) : callFaults(calls, drawing.parts, stage))]
      : [`${stage.path} does not exist`]
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

function callFaults(calls: CallGraph, parts: readonly (readonly Stage[])[], stage: Stage): string[] {
  const part = parts.findIndex(stages => stages.includes(stage))
  const index = parts[part].indexOf(stage)
  const earlier = index === 0 ? (parts[part - 1] ?? []) : parts[part].slice(0, index)
  const isCalled = calls.reaches(earlier, stage)
  if (index > 0) return isCalled ? [] : [`no earlier stage since the last ▼ calls ${titleOf(stage)}`]
  return isCalled ? [`the stages before ▼ call ${titleOf(stage)}, so it needs no ▼`] : []
}

const titleOf = ({ name, method }: Stage): string => (method === undefined ? name : `${name}.${method}`)

/** Stages are numbered from `first` without a gap; a line that resembles a stage and is not parsed as one makes a gap, or shows at the end. */
function numberFaults({ parts, lines }: Drawing, first: number): string[] {
  const stages = parts.flat()
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
  const declaration = declarationsOf(program).get(name)
  if (!declaration) return [`${path} declares no '${name}'`]
  if (method === undefined || isPublic(methodsOf(declaration).get(method))) return []
  return [`class ${name} in ${path} has no public method '${method}'`]
}

const isPublic = (member: Node | undefined): boolean =>
  (member?.type === 'MethodDefinition' || member?.type === 'PropertyDefinition') && member.accessibility !== 'private'
