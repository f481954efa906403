/** Checks that the generated API reference has every public export. */

/** Names that an entry point exports: those in braces, and those of files of types that it exports whole (`typesOf` gives the text). */
export function exportedNames(entryPoint: string, typesOf: (path: string) => string): string[] {
  const code = entryPoint.replaceAll(/\/\*[^]*?\*\//g, '')
  const listed = [...code.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(match => match[1].split(','))
    .map(name => /(\w+)\s*$/.exec(name)?.[1])
    .filter(name => name !== undefined)
  const whole = [...code.matchAll(/export type \* from '([^']+)'/g)].flatMap(match =>
    [...typesOf(match[1]).matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name),
  )
  return [...listed, ...whole]
}

/** Exports without a heading in the page of their entry point. */
export function missingExports(names: readonly string[], page: string): string[] {
  const headings = new Set([...page.matchAll(/^### (?:abstract )?([\w\\]+)/gm)].map(([, name]) => name.replaceAll('\\', '')))
  return names.filter(name => !headings.has(name))
}
