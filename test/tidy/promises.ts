/** Promises that one file makes and another keeps: documented errors, sections that exist, limits in use, a lock file without addresses. */
import { isTest, roomOf, type TextFile } from '../sources/files.ts'

/** Codes without a heading in docs/reference/errors.md, headings without a code, and codes that the library never uses. */
export function errorDocumentation(codes: readonly string[], documentation: string, files: readonly TextFile[]): string[] {
  const headings = [...documentation.matchAll(/^## (SPILL_\w+)$/gm)].map(match => match[1])
  return [
    ...codes.filter(code => !headings.includes(code)).map(code => `${code} has no heading in docs/reference/errors.md`),
    ...headings.filter(code => !codes.includes(code)).map(code => `docs/reference/errors.md has ${code}, which no longer exists`),
    ...unused(codes, ['src/base/errors.ts'], files).map(code => `${code} is thrown nowhere`),
  ]
}

/** `(semantics, The value)`, `(docs/reference/semantics.md, The value)` or `semantics (The value)`, in the text of a comment without its margin. */
const citations = /\((?:[^()]*\s)?(?:docs\/reference\/)?semantics(?:\.md)?, ([^()]+)\)|\bsemantics \(([^()]+)\)/g

/**
 * Citations in the library of sections that docs/reference/semantics.md does not have. A comma separates two sections, so commas of a heading
 * are left out; case does not matter.
 */
export function missingSections(documentation: string, files: readonly TextFile[]): string[] {
  const plain = (heading: string): string => heading.replaceAll(',', '').toLowerCase()
  const headings = new Set([...documentation.matchAll(/^##+ (.+)$/gm)].map(match => plain(match[1])))
  const sections = (text: string): string[] =>
    [...text.replaceAll(/\n\s*\*\s*/g, ' ').matchAll(citations)].flatMap(match => (match[1] ?? match[2]).split(', '))
  return files
    .filter(({ path }) => roomOf(path) !== undefined)
    .flatMap(({ path, text }) => sections(text).map(section => ({ path, section })))
    .filter(({ section }) => !headings.has(plain(section)))
    .map(({ path, section }) => `${path} cites docs/reference/semantics.md, '${section}', which is no heading there`)
}

export function unusedLimits(names: readonly string[], files: readonly TextFile[]): string[] {
  return unused(
    names,
    ['limits', 'network-limits', 'analysis-limits'].map(name => `src/base/${name}.ts`),
    files,
  ).map(name => `limits.${name} limits nothing`)
}

/** Limits that a message or page names in parentheses, and that do not exist. */
export function unknownLimits(names: readonly string[], files: readonly TextFile[]): string[] {
  return files
    .filter(({ path }) => /^(src\/.*\.ts|.*\.md)$/.test(path) && !isTest(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/ \(([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?:, [A-Z0-9_]+)*)\)/g)]
        .flatMap(([, cited]) => cited.split(', '))
        .filter(name => !names.includes(name))
        .map(name => `${path} names ${name}, which is no limit`),
    )
}

/** Names that no file of the library uses except those that declare them. */
function unused(names: readonly string[], declaredIn: readonly string[], files: readonly TextFile[]): string[] {
  const library = files.filter(({ path }) => roomOf(path) !== undefined && !isTest(path) && !declaredIn.includes(path))
  return names.filter(name => !library.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text)))
}

/** Packages whose lock file entry has a download address: it would bind everyone to one registry. */
export function resolvedAddresses(lock: { readonly packages: Readonly<Record<string, { readonly resolved?: string }>> }): string[] {
  return Object.entries(lock.packages)
    .filter(([, { resolved }]) => resolved !== undefined)
    .map(([name]) => `${name} has an address in package-lock.json`)
}

/**
 * Packages with an install script that `allowScripts` in package.json neither allows nor denies. Such a script runs at `npm ci`, and may
 * download from a place that a clone cannot reach.
 */
export function undecidedScripts(
  lock: { readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>> },
  { allowScripts = {} }: { readonly allowScripts?: Readonly<Record<string, boolean>> },
): string[] {
  return Object.entries(lock.packages)
    .filter(([path, { hasInstallScript }]) => hasInstallScript && !Object.hasOwn(allowScripts, path.replace(/^.*node_modules\//, '')))
    .map(([path]) => `${path} has an install script; allow or deny it under allowScripts in package.json`)
}
