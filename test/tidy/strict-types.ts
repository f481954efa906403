/** Types of the language that accept mistakes, and the stricter types of `src/base/` that stand for them. */
import { isTest, roomOf } from '../sources/files.ts'
import { lineOf, walk, type Module } from '../sources/syntax.ts'

/** The file that defines the strict type. */
const definition = 'src/base/strict-omit.ts'

/** `Omit` in the library: it accepts keys that the type does not have, so that it omits nothing once a field is renamed. */
export function looseOmits(modules: readonly Module[]): string[] {
  const faults: string[] = []
  for (const { path, text, program } of modules) {
    if (roomOf(path) === undefined || isTest(path) || path === definition) continue
    walk(program, node => {
      if (node.type === 'TSTypeReference' && node.typeName.type === 'Identifier' && node.typeName.name === 'Omit')
        faults.push(`${path}:${lineOf(text, node.start)} uses Omit; write StrictOmit of src/base/`)
      if (node.type === 'TSInterfaceHeritage' && node.expression.type === 'Identifier' && node.expression.name === 'Omit')
        faults.push(`${path}:${lineOf(text, node.start)} uses Omit; write StrictOmit of src/base/`)
    })
  }
  return faults
}
