/** Files and functions that can be read in one go. */
import { isTest, roomOf, type TextFile } from '../sources/files.ts'
import { lineOf, walk, type Module, type Node } from '../sources/syntax.ts'

export const FILE_LINES_MAX = 300
export const FILE_LINES_MEDIAN_MAX = 120
export const FUNCTION_LINES_MAX = 70

/** Files above the limit, each with the reason why it is better whole. */
export const longFiles: Readonly<Record<string, string>> = {}

export const lineCount = ({ text }: TextFile): number => text.split('\n').length - 1

export function filesTooLong(files: readonly TextFile[], allowed: Readonly<Record<string, string>>): string[] {
  const long = files.filter(file => lineCount(file) > FILE_LINES_MAX)
  return [
    ...long.filter(({ path }) => !Object.hasOwn(allowed, path)).map(file => `${file.path} has ${lineCount(file)} lines`),
    ...Object.keys(allowed)
      .filter(path => !long.some(file => file.path === path))
      .map(path => `${path} is no longer too long: take it off the list`),
  ]
}

/** Median lines of the files of the library, without tests. */
export function medianLines(files: readonly TextFile[]): number {
  const sorted = files
    .filter(({ path }) => roomOf(path) !== undefined && !isTest(path))
    .map(lineCount)
    .sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

export function functionsTooLong(modules: readonly Module[]): string[] {
  const faults: string[] = []
  for (const { path, text, program } of modules) {
    walk(program, (node, parents) => {
      if (!isFunction(node) || isSuite(parents.at(-1))) return
      const first = lineOf(text, node.start)
      const lines = lineOf(text, node.end) - first + 1
      if (lines > FUNCTION_LINES_MAX) faults.push(`${path}:${first} has a function of ${lines} lines`)
    })
  }
  return faults
}

const isFunction = ({ type }: Node): boolean =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression'

/** The body of a suite is a list of tests, not a function to be read in one go. */
const isSuite = (node: Node | undefined): boolean =>
  node?.type === 'CallExpression' && node.callee.type === 'Identifier' && (node.callee.name === 'describe' || node.callee.name === 'suite')
