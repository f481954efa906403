/** ProtoTokens of a Protobuf file, with their lines: words, numbers, texts and signs. Comments and white space are left out. */
import { malformedSchema, PartBudget } from '../problems/schema-error.ts'

/** A token, as it is written. */
export interface Token {
  readonly text: string
  readonly line: number
}

const pattern =
  /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_.][\w.]*|\d[\w.+-]*|[{}[\]()<>=;,:\-+/&])|([^])/gu

/** Reads tokens one after the other. Throws `SPILL_FORMAT`, with the line, where the text is not as it must be. */
export class ProtoTokens {
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(text: string) {
    const budget = PartBudget.ofParts()
    let line = 1
    const tokens: Token[] = []
    for (const [match, token, unknown] of text.matchAll(pattern)) {
      if (unknown !== undefined) malformedSchema(`line ${line}`, `unexpected ${JSON.stringify(unknown)}`)
      if (token !== undefined) {
        budget.spend()
        tokens.push({ text: token, line })
      }
      line += match.split('\n').length - 1
    }
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length
  }

  get place(): string {
    return `line ${(this.#tokens[this.#next] ?? this.#tokens.at(-1))?.line ?? 1}`
  }

  peek(): string | undefined {
    return this.#tokens[this.#next]?.text
  }

  next(): string {
    const token = this.#tokens[this.#next]
    if (!token) return this.fail('the text ends too early')
    this.#next++
    return token.text
  }

  /** Takes the token if it is this one. */
  accept(text: string): boolean {
    const isThis = this.peek() === text
    if (isThis) this.#next++
    return isThis
  }

  expect(text: string): void {
    const token = this.peek()
    if (!this.accept(text)) this.fail(`expected '${text}', got ${token === undefined ? 'the end' : `'${token}'`}`)
  }

  name(): string {
    const token = this.next()
    return /^[A-Za-z_]\w*$/.test(token) ? token : this.fail(`'${token}' is no name`)
  }

  /** An integer in decimal, hexadecimal or octal, with a sign. */
  integer(): number {
    const sign = this.accept('-') ? -1 : 1
    const token = this.next()
    const value = /^0[0-7]+$/.test(token) ? Number.parseInt(token, 8) : /^(?:\d+|0[xX][\da-fA-F]+)$/.test(token) ? Number(token) : NaN
    return Number.isSafeInteger(value) ? sign * value : this.fail(`'${token}' is no integer`)
  }

  text(): string {
    const token = this.next()
    return /^["']/.test(token) ? token.slice(1, -1) : this.fail(`'${token}' is no quoted text`)
  }

  /** Skips a statement: up to its semicolon, or a block with all of its inner blocks. */
  skipStatement(): void {
    for (let depth = 0; ;) {
      const token = this.next()
      if (token === '{') depth++
      if (token === '}') depth--
      if (depth < 0) this.fail(`unexpected '}'`)
      if (depth === 0 && (token === ';' || (token === '}' && this.peek() !== ';'))) return
    }
  }

  fail(problem: string): never {
    return malformedSchema(this.place, problem)
  }
}
