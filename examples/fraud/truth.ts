/** The planted frauds, from the generator's file, by id of the payment. Payments that are not in it are genuine. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

export interface Truth {
  readonly scenario: string
  readonly burst?: number
  readonly test?: boolean
}

export async function readTruth(path: string): Promise<Map<string, Truth>> {
  const truth = new Map<string, Truth>()
  for await (const line of linesOf(path)) {
    const { payment, ...planted } = JSON.parse(line) as Truth & { readonly payment: string }
    truth.set(payment, planted)
  }
  return truth
}

export async function* linesOf(path: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) if (line !== '') yield line
}
