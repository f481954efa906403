/**
 * Mutants of a source file, one small change each: a comparison with the other boundary, a loop that misses its last round, another
 * operator, a number off by one, a negation dropped or added, a boolean inverted.
 *
 * Left out are changes without effect: messages, assertions, types; a loop that runs one round too many over typed arrays, which have
 * nothing there; and 1 made 2, since flags are 1.
 */
import { hash } from 'node:crypto'
import { lineOf, walk, type Module, type Node } from '../sources/syntax.ts'

export interface Fault {
  readonly path: string
  /** SHA-256 of the file's text, to which the offsets refer. */
  readonly of: string
  readonly line: number
  /** Offsets of the replaced text. */
  readonly start: number
  readonly end: number
  readonly was: string
  readonly is: string
  /** The line of the fault, trimmed: with `path`, `was` and `is` it identifies the fault when lines have moved. */
  readonly code: string
}

/** Every fault of a file, in the order of its text. */
export function faultsOf(module: Module): Fault[] {
  const { path, text } = module
  const lines = text.split('\n')
  const of = hash('sha256', text)
  const faults: Fault[] = []
  walk(module.program, (node, parents) => {
    if (changesNoValue(node)) return false
    for (const { start, end, is } of changes(node, parents, text)) {
      const line = lineOf(text, start)
      faults.push({ path, of, line, start, end, was: text.slice(start, end), is, code: lines[line - 1].trim() })
    }
    return true
  })
  return faults.sort((a, b) => a.start - b.start)
}

/** A file's text with the fault in it. */
export function withFault(text: string, { start, end, is }: Pick<Fault, 'start' | 'end' | 'is'>): string {
  return text.slice(0, start) + is + text.slice(end)
}

interface Change {
  readonly start: number
  readonly end: number
  readonly is: string
}

const operators: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '<<': '>>',
  '>>': '<<',
  '>>>': '>>',
  '&': '|',
  '|': '&',
  '^': '&',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '|=': '&=',
  '&=': '|=',
}

function changes(node: Node, parents: readonly Node[], text: string): Change[] {
  const parent = parents.at(-1)
  switch (node.type) {
    case 'BinaryExpression':
      if (parent?.type === 'ForStatement' && parent.test === node && node.operator === '<') return [lastRoundMissed(node.right, text)]
      return isText(node.left) || isText(node.right) ? [] : operatorChange(node.left.end, node.right.start, node.operator, text)
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return isText(node.right) ? [] : operatorChange(node.left.end, node.right.start, node.operator, text)
    case 'UpdateExpression':
      // A loop that counts the wrong way is only detected by its timeout, which is expensive.
      if (parent?.type === 'ForStatement') return []
      return [
        {
          start: node.start,
          end: node.end,
          is: text.slice(node.start, node.end).replace(node.operator, node.operator === '++' ? '--' : '++'),
        },
      ]
    case 'UnaryExpression':
      return node.operator === '!' || node.operator === '-' ? [{ start: node.start, end: node.argument.start, is: '' }] : []
    case 'Literal':
      return literalChange(node, parent)
    case 'IfStatement':
    case 'ConditionalExpression':
      return plainCondition(node.test)
        ? [{ start: node.test.start, end: node.test.end, is: `!(${text.slice(node.test.start, node.test.end)})` }]
        : []
    default:
      return []
  }
}

function operatorChange(from: number, to: number, operator: string, text: string): Change[] {
  const is = operators[operator]
  const start = text.slice(from, to).indexOf(operator) + from
  return is === undefined || start < from ? [] : [{ start, end: start + operator.length, is }]
}

const lastRoundMissed = ({ start, end }: Node, text: string): Change => ({ start, end, is: `${text.slice(start, end)} - 1` })

function literalChange({ value, start, end }: Extract<Node, { type: 'Literal' }>, parent: Node | undefined): Change[] {
  if (parent?.type === 'Property' && parent.key.start === start && !parent.computed) return []
  if (typeof value === 'number') return [{ start, end, is: value === 1 ? '0' : String(value + 1) }]
  if (typeof value === 'bigint') return [{ start, end, is: value === 1n ? '0n' : `${value + 1n}n` }]
  return typeof value === 'boolean' ? [{ start, end, is: String(!value) }] : []
}

/** A condition without an operator of its own. */
const plainCondition = ({ type }: Node): boolean =>
  type === 'Identifier' || type === 'MemberExpression' || type === 'CallExpression' || type === 'ChainExpression'

const isText = (node: Node): boolean =>
  node.type === 'TemplateLiteral' ||
  (node.type === 'Literal' && typeof node.value === 'string') ||
  (node.type === 'BinaryExpression' && node.operator === '+' && (isText(node.left) || isText(node.right)))

/** Types, thrown values, and assertions: they state what must hold, and a fault in them changes no value. */
function changesNoValue(node: Node): boolean {
  if (node.type === 'TSAsExpression' || node.type === 'TSNonNullExpression' || node.type === 'TSSatisfiesExpression') return false
  if (node.type.startsWith('TS') || node.type === 'ThrowStatement' || node.type === 'ImportDeclaration') return true
  if (node.type === 'NewExpression') return node.callee.type === 'Identifier' && node.callee.name.endsWith('Error')
  return node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'assert'
}
