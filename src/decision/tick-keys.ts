/** Which keys a model that ticks decides about: told by the events of the sources that it reads through a group of its entity (semantics §4). */
import type { Block } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { ModelIR, PipelineIR } from '../define/ir.ts'
import { LiveKeys, type KeyOrder } from './live-keys.ts'
import { RevisedKeys } from './revised-keys.ts'
import { keyOrder, tellersOf, type Every } from './tellers.ts'

export class TickKeys {
  readonly #order: KeyOrder
  /** For all sources whose events cannot be revised. */
  readonly #plain: LiveKeys
  readonly #tellers: readonly { readonly source: string; readonly key: string; readonly revised: RevisedKeys | undefined }[]

  constructor(ir: PipelineIR, model: ModelIR, decide: Every, strings: Strings) {
    this.#order = keyOrder(decide, strings)
    this.#plain = new LiveKeys(decide.live, this.#order)
    this.#tellers = tellersOf(ir, model, decide).map(({ source: name, key }) => {
      const source = ir.sources.find(candidate => candidate.name === name)!
      return { source: name, key, revised: source.identity && new RevisedKeys(source, key, decide.live, this.#order, strings) }
    })
  }

  /** The sources that tell. */
  get sources(): string[] {
    return this.#tellers.map(({ source }) => source)
  }

  /** Takes events of a source, in the order of arrival. */
  see(source: string, block: Block): void {
    for (const teller of this.#tellers) {
      if (teller.source !== source) continue
      if (teller.revised) teller.revised.see(block)
      else this.#plain.see(block.columns[teller.key], block.time)
    }
  }

  /** The keys live at a tick, in order. Good until more is seen. `t`, UTC ms, does not go back. */
  at(t: number): Float64Array {
    const revised = this.#tellers.flatMap(teller => teller.revised ?? [])
    if (revised.length === 0) return this.#plain.at(t)
    const all = new Set([this.#plain, ...revised].flatMap(keys => [...keys.at(t)]))
    return Float64Array.from(all).sort(this.#order)
  }
}
