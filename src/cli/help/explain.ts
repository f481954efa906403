/** `spillway explain`: prints the meaning, the causes and the fix of an error code. */
import { didYouMean, type ErrorCode, errorCodes, SpillwayError } from '../../base/index.ts'
import { defineCommand, describedNames, UsageError, wrapped } from '../command/command.ts'
import { printJson, printText } from '../command/print.ts'
import { styled, terminalColumns } from '../command/style.ts'
import { explanations } from './explanations.ts'

const codes = Object.keys(errorCodes) as ErrorCode[]
/** Beginning of every code, which the argument may leave out. */
const PREFIX = 'SPILL_'
const COLUMNS_MAX = 100

/** The command `spillway explain`. */
export const explainCommand = defineCommand({
  name: 'explain',
  task: 'Help',
  usage: '[CODE]',
  summary: 'print what an error code means, its causes and the fix; without a code, list all codes',
  options: { json: { help: 'print one JSON object for each code' } },
  async run({ json = false }, [text, ...extra]) {
    if (extra.length > 0) throw new UsageError(`expected one code, but also got ${extra.join(', ')}`)
    const columns = Math.min(terminalColumns(), COLUMNS_MAX)
    const chosen = text === undefined ? codes : [codeOf(text)]
    if (json) for (const code of chosen) printJson(explanationOf(code))
    else if (text === undefined)
      printText(
        describedNames(
          codes.map(code => ({ name: code, help: errorCodes[code] })),
          columns,
        ).join('\n'),
      )
    else printText(explanationText(chosen[0], columns))
    return 0
  },
})

/** The code of `SPILL_BUSY`, `spill_busy` or `busy`. Throws `SPILL_NOT_FOUND`. */
function codeOf(text: string): ErrorCode {
  const name = text.toUpperCase()
  const code = codes.find(candidate => candidate === name || candidate === PREFIX + name)
  if (code !== undefined) return code
  throw new SpillwayError(
    'SPILL_NOT_FOUND',
    `there is no error code '${text}'${didYouMean(name.startsWith(PREFIX) ? name : PREFIX + name, codes)}`,
  )
}

/** The explanation of a code, each part on one line. */
function explanationOf(code: ErrorCode): {
  readonly code: ErrorCode
  readonly cause: string
  readonly meaning: string
  readonly fix: string
} {
  const { meaning, fix } = explanations[code]
  return { code, cause: errorCodes[code], meaning: inWords(meaning), fix: inWords(fix) }
}

const inWords = (text: string): string => text.split(/\s+/).join(' ')

/** The explanation of a code, wrapped to `columns`. */
export function explanationText(code: ErrorCode, columns: number): string {
  const { cause, meaning, fix } = explanationOf(code)
  const [title, ...parts] = [`${code}: ${cause}`, meaning, `Fix: ${fix}`].map(part => wrapped(part, columns).join('\n'))
  return [title.replace(code, styled('cyan', code)), ...parts].join('\n\n')
}
