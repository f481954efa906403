/**
 * Calls between declarations, by name: the functions, constants and classes of modules, and the members of the classes.
 *
 * A declaration calls another that it mentions outside of types: a name that its file declares or imports, a member of `this`, or
 * `value.member`. No type is inferred, so `value.member` may be a member of any class in the file or in a file that it imports. A graph
 * may therefore have a call too many. Calls through an interface whose class is in no imported file are missing.
 */
import type { ClassElement, MethodDefinition, PropertyDefinition } from 'oxc-parser'
import { walk, type Module, type Node } from '../sources/syntax.ts'

/** A declaration of a file, or a member of a class. */
export interface DeclarationName {
  readonly path: string
  readonly name: string
  readonly method?: string | undefined
}

/** Functions, classes and constants of a file by name, exported or not. */
export function declarationsOf(program: Node): Map<string, Node> {
  if (program.type !== 'Program') return new Map()
  return new Map(
    program.body.flatMap((statement): [string, Node][] => {
      const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
      if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration')
        return declaration.id ? [[declaration.id.name, declaration]] : []
      if (declaration?.type !== 'VariableDeclaration') return []
      return declaration.declarations.flatMap(({ id, init }): [string, Node][] =>
        id.type === 'Identifier' && init ? [[id.name, init]] : [],
      )
    }),
  )
}

/** Methods, accessors and arrow functions of a class by name; a private one is `#name`. */
export function methodsOf(declaration: Node): Map<string, MethodDefinition | PropertyDefinition> {
  if (declaration.type !== 'ClassDeclaration') return new Map()
  return new Map(declaration.body.body.flatMap(member => (isMethod(member) ? [[keyOf(member), member] as const] : [])))
}

const keyOf = ({ key }: MethodDefinition | PropertyDefinition): string =>
  key.type === 'PrivateIdentifier' ? `#${key.name}` : key.type === 'Identifier' ? key.name : ''

const isMethod = (member: ClassElement): member is MethodDefinition | PropertyDefinition =>
  (member.type === 'MethodDefinition' && member.kind !== 'constructor') ||
  (member.type === 'PropertyDefinition' && member.value?.type === 'ArrowFunctionExpression')

/** A file's declarations, and the methods of each class. */
interface FileDeclarations {
  readonly imports: readonly string[]
  readonly declarations: ReadonlyMap<string, Node>
  readonly methods: ReadonlyMap<string, ReadonlyMap<string, Node>>
}

export class CallGraph {
  readonly #files: ReadonlyMap<string, FileDeclarations>

  /** `modules` import the files that declare the names, and no doors. */
  constructor(modules: readonly Module[]) {
    this.#files = new Map(
      modules.map(({ path, program, imports }) => {
        const declarations = declarationsOf(program)
        const methods = new Map([...declarations].map(([name, declaration]) => [name, methodsOf(declaration)]))
        return [path, { imports, declarations, methods }]
      }),
    )
  }

  /** Does any of `callers` call `callee`, directly or through other declarations? A class calls what any of its methods does. */
  reaches(callers: readonly DeclarationName[], callee: DeclarationName): boolean {
    const pending = callers.flatMap(caller =>
      caller.method === undefined ? [caller, ...this.#membersOf(caller).map(method => ({ ...caller, method }))] : [caller],
    )
    const seen = new Set(pending.map(idOf))
    const target = idOf(callee)
    for (const caller of pending)
      for (const called of this.#calledBy(caller)) {
        if (idOf(called) === target) return true
        if (seen.has(idOf(called))) continue
        seen.add(idOf(called))
        pending.push(called)
      }
    return false
  }

  #membersOf({ path, name }: DeclarationName): string[] {
    return [...(this.#files.get(path)?.methods.get(name)?.keys() ?? [])]
  }

  #calledBy({ path, name, method }: DeclarationName): DeclarationName[] {
    const file = this.#files.get(path)
    const methods = file?.methods.get(name)
    const body = method === undefined ? file?.declarations.get(name) : methods?.get(method)
    if (!file || !body) return []
    const inner: ReadonlySet<Node> = new Set(method === undefined ? methods!.values() : [])
    const called: DeclarationName[] = []
    walk(body, (node, parents) => {
      if (node.type.startsWith('TSType') || inner.has(node)) return false
      if (node.type === 'MemberExpression' && !node.computed) {
        const member = node.property.type === 'PrivateIdentifier' ? `#${node.property.name}` : (node.property as { name: string }).name
        if (node.object.type === 'ThisExpression' && methods?.has(member)) called.push({ path, name, method: member })
        else called.push(...this.#methodsNamed(path, file, member))
      } else if (node.type === 'Identifier' && !isPropertyName(node, parents.at(-1))) called.push(...this.#declared(path, file, node.name))
    })
    return called
  }

  /** The method of this name of each class in the file and in those that it imports. */
  #methodsNamed(own: string, { imports }: FileDeclarations, method: string): DeclarationName[] {
    return [own, ...imports].flatMap(path =>
      [...(this.#files.get(path)?.methods ?? [])].flatMap(([name, methods]) => (methods.has(method) ? [{ path, name, method }] : [])),
    )
  }

  #declared(own: string, { imports }: FileDeclarations, name: string): DeclarationName[] {
    const path = [own, ...imports].find(candidate => this.#files.get(candidate)?.declarations.has(name))
    return path === undefined ? [] : [{ path, name }]
  }
}

const idOf = ({ path, name, method }: DeclarationName): string => `${path} ${name}.${method ?? ''}`

/** Is it the name after the dot, or the key of a property that has a value of its own? */
const isPropertyName = (node: Node, parent: Node | undefined): boolean =>
  (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
  (parent?.type === 'Property' && parent.key === node && !parent.computed && !parent.shorthand)
