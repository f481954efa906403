/** Names and comments as `writing.md` of the design requires: each exported name once, and comments that begin with what a thing is. */
import { isTest, roomOf } from '../sources/files.ts'
import { lineOf, walk, type Module, type Node } from '../sources/syntax.ts'

/** Names that are exported twice on purpose, each with the reason. */
export const sharedNames: Readonly<Record<string, string>> = {}

/** Names that more than one file of the library declares and exports: a reader who searches for one finds both. */
export function repeatedExports(modules: readonly Module[], allowed: Readonly<Record<string, string>> = sharedNames): string[] {
  const declaredIn = new Map<string, string[]>()
  for (const { path, program } of modules) {
    if (roomOf(path) === undefined || isTest(path)) continue
    const names = new Set<string>()
    walk(program, node => {
      if (node.type === 'ExportNamedDeclaration' && node.declaration) for (const name of declaredNames(node.declaration)) names.add(name)
    })
    for (const name of names) declaredIn.set(name, [...(declaredIn.get(name) ?? []), path])
  }
  return [...declaredIn]
    .filter(([name, paths]) => paths.length > 1 && !Object.hasOwn(allowed, name))
    .map(([name, paths]) => `${name} is exported by ${paths.join(' and ')}`)
}

function declaredNames(declaration: Node): string[] {
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
  return 'id' in declaration && declaration.id && 'name' in declaration.id ? [declaration.id.name] : []
}

/** At the start of a documentation comment, of a comment in its own line, or of the title of a test. */
const relativeStart =
  /\/\*\*(?:\s*\n\s*\*)?\s+(?:What|Who|Whoever|Which|Whether|How) |^\s*\/\/ (?:What|Who|Whoever|Which|Whether|How) |^\s*test\(['`](?:what|who|whoever|whatever) /gm

/** Comments and titles of tests that begin with a relative clause in place of the thing's name; without those in the example of this rule. */
export function relativeComments(modules: readonly Module[]): string[] {
  return modules
    .filter(({ path }) => path !== 'test/tidy/rules.test.ts')
    .flatMap(({ path, text }) =>
      [...text.matchAll(relativeStart)].map(({ index }) => `${path}:${lineOf(text, index)} begins with a relative clause: say what it is`),
    )
}
