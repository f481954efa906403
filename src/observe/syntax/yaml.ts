/**
 * Writes plain data as YAML 1.2 in block style. Texts are written as JSON strings, which are YAML, unless they are plain words; so no
 * text is read as a number, a boolean or a date.
 */

/** Data that YAML can hold. An `undefined` member is left out. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [name: string]: YamlValue | undefined }

/** The document, which ends with a line break. `comment` stands above it, each line after a `#`. */
export function yamlText(value: YamlValue, comment: readonly string[] = []): string {
  return [...comment.map(line => `# ${line}`.trimEnd()), ...linesOf(value)].join('\n') + '\n'
}

function linesOf(value: YamlValue): string[] {
  if (isList(value)) return value.length === 0 ? ['[]'] : value.flatMap(item => indented(linesOf(item), '- '))
  if (typeof value !== 'object') return [scalar(value)]
  const members = Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, member] as const]))
  if (members.length === 0) return ['{}']
  return members.flatMap(([name, member]) => {
    const lines = linesOf(member)
    const isInline = typeof member !== 'object' || lines[0] === '[]' || lines[0] === '{}'
    return isInline ? [`${nameText(name)}: ${lines[0]}`] : [`${nameText(name)}:`, ...lines.map(line => `  ${line}`)]
  })
}

/** The first line after `mark`, the others below it. */
const indented = ([first, ...rest]: readonly string[], mark: string): string[] => [
  mark + first,
  ...rest.map(line => ' '.repeat(mark.length) + line),
]

const isList = (value: YamlValue): value is readonly YamlValue[] => Array.isArray(value)

/** Words that every YAML parser reads as text. */
const PLAIN = /^[a-z][a-z_-]*$/
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null)$/

const nameText = (name: string): string => (/^[a-zA-Z_][\w./-]*$/.test(name) ? name : JSON.stringify(name))

const scalar = (value: string | number | boolean): string =>
  typeof value === 'string' && !(PLAIN.test(value) && !RESERVED.test(value)) ? JSON.stringify(value) : String(value)
