/** Calls the command line in this process, since a new process costs 0.4 s. Returns its output without progress, and the exit code. */
import { mock } from 'node:test'
import { main } from '../../src/cli/main.ts'

// Node's test runner sets it for its files if it writes to a terminal.
delete process.env['FORCE_COLOR']

export interface Called {
  readonly status: number
  readonly out: string
  readonly err: string
}

export async function called(...args: readonly string[]): Promise<Called> {
  const lines = { log: [] as string[], error: [] as string[] }
  const mocks = (['log', 'error'] as const).map(name => mock.method(console, name, (text: string) => void lines[name].push(text)))
  mocks.push(mock.method(process.stderr, 'write', () => true) as never)
  try {
    const status = await main(args)
    return { status, out: lines.log.join('\n'), err: lines.error.join('\n') }
  } finally {
    for (const mocked of mocks) mocked.mock.restore()
  }
}

/** The lines of JSON that a command printed. */
export async function calledJson<T>(...args: readonly string[]): Promise<T[]> {
  const { status, out, err } = await called(...args, '--json')
  if (status !== 0) throw new Error(`exit code ${status}: ${err}`)
  return out === '' ? [] : out.split('\n').map(line => JSON.parse(line) as T)
}
