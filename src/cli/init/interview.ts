/** Asks on a terminal for what `init` would infer: Enter accepts the inference, and an answer overrides it. */
import { createInterface } from 'node:readline/promises'
import { SpillwayError, inOneLine } from '../../base/index.ts'
import { schemaOfSample, type InferOptions, type InferredSchema, type RecordsSample } from '../../files/index.ts'
import { isSpillwayError } from '../command/command.ts'
import { forTerminal } from '../command/print.ts'
import { ambiguityText, displayName } from './inferences.ts'

/** Asks a question and returns the answer without the line end. */
export type Ask = (question: string) => Promise<string>

/** True if a person can answer: standard input and output are terminals. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stdout.isTTY

/** Calls `use` with questions on the terminal. Throws `SPILL_STOPPED` if the person ends the input. */
export async function withTerminal<T>(use: (ask: Ask) => Promise<T>): Promise<T> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  // The iterator keeps lines that are typed before their question.
  const lines = terminal[Symbol.asyncIterator]()
  let isEnded = false
  terminal.once('close', () => (isEnded = true))
  try {
    return await use(async question => {
      // The prompt is the last line alone: readline redraws it.
      const [, context, prompt] = /^([^]*\n)?(.*)$/.exec(forTerminal(question))!
      process.stdout.write(context ?? '')
      terminal.setPrompt(prompt)
      // Lines that were typed ahead may outlast the input.
      if (isEnded) process.stdout.write(`${prompt}\n`)
      else terminal.prompt()
      const { value, done } = await lines.next()
      if (done !== true) return value
      process.stdout.write('\n')
      throw new SpillwayError('SPILL_STOPPED', 'init was stopped at a question; nothing was written')
    })
  } finally {
    terminal.close()
  }
}

interface Question {
  /** The text, or `undefined` if there is nothing to ask. */
  readonly textOf: (schema: InferredSchema, flags: InferOptions) => string | undefined
  readonly optionsOf: (answer: string) => InferOptions
}

const questions: readonly Question[] = [
  {
    textOf: ({ unclear }) => formatQuestion(unclear, ['comma', 'point'], 'Decimal separator, comma or point'),
    optionsOf: answer => ({ numbers: choiceOf(answer, { comma: 'comma', point: 'grouped' }) }),
  },
  {
    textOf: ({ unclear }) => formatQuestion(unclear, ['dates'], 'Dates, day-first or month-first'),
    optionsOf: answer => ({ dates: choiceOf(answer, { 'day-first': 'dmy', 'month-first': 'mdy' }) }),
  },
  {
    textOf: ({ time }, flags) => (flags.time === undefined ? roleQuestion('Event time', time) : undefined),
    optionsOf: answer => ({ time: answer }),
  },
  {
    textOf: ({ key }, flags) => (flags.key === undefined ? roleQuestion('Key, a column or none', key) : undefined),
    optionsOf: answer => ({ key: nameOrNone(answer) }),
  },
  {
    textOf: ({ outcomes: [first, ...others] }, flags) => {
      const more = others.length === 0 ? '' : ` Other candidates: ${others.map(({ column }) => displayName(column)).join(', ')}.`
      return flags.outcome === undefined ? roleQuestion('Outcome, COLUMN, COLUMN=VALUE or none', first, more) : undefined
    },
    optionsOf: answer => ({ outcome: nameOrNone(answer) }),
  },
]

/** The options with the answers of a person. An answer that the file does not allow is explained, and asked again. */
export async function interview(sample: RecordsSample, flags: InferOptions, ask: Ask): Promise<InferOptions> {
  let options = flags
  let notice = 'Enter accepts the answer in [brackets].\n'
  for (const { textOf, optionsOf } of questions) {
    for (;;) {
      const text = textOf(schemaOfSample(sample, options), flags)
      if (text === undefined) break
      const answer = (await ask(`${notice}${text}: `)).trim()
      notice = ''
      if (answer === '') break
      try {
        const next = { ...options, ...optionsOf(answer) }
        schemaOfSample(sample, next)
        options = next
        break
      } catch (error) {
        if (!isSpillwayError(error)) throw error
        notice = `${inOneLine(error.message)}\n`
      }
    }
  }
  return options
}

/** The column of a name; `null` for the word `none`. */
export const nameOrNone = (text: string): string | null => (text === 'none' ? null : text)

function choiceOf<V>(answer: string, choices: Readonly<Record<string, V>>): V {
  if (Object.hasOwn(choices, answer)) return choices[answer]
  throw new SpillwayError('SPILL_INPUT', `'${answer}' is neither ${Object.keys(choices).join(' nor ')}`)
}

const roleQuestion = (role: string, choice: InferredSchema['key'], more = ''): string =>
  `${choice ? `${displayName(choice.column)}: ${choice.reason}.${more}\n` : ''}${role} [${choice ? displayName(choice.column) : 'none'}]`

function formatQuestion(unclear: InferredSchema['unclear'], kinds: readonly string[], question: string): string | undefined {
  const columns = unclear.filter(({ kind }) => kinds.includes(kind))
  return columns.length === 0 ? undefined : `${columns.map(ambiguityText).join('\n')}\n${question} [as it is]`
}
