/** One POST and the answer to it, over one connection. Tells once how it ended, and nothing after it was cut. */
import type { Dispatcher } from 'undici'
import { limits } from '../base/limits.ts'

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

/** How far it has come: no connection yet, sent, the head of the answer is there. */
export type Stage = 'waiting' | 'sent' | 'answering'

export interface ExchangeEnd {
  /** The answer is complete, or was cut off for its size. */
  answered(status: number, headers: AnswerHeaders): void
  broken(error: Error): void
}

export class Exchange implements Dispatcher.DispatchHandler {
  stage: Stage = 'waiting'
  #end: ExchangeEnd | undefined
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: AnswerHeaders = {}
  #bytes = 0

  constructor(end: ExchangeEnd) {
    this.#end = end
  }

  /** Gives up: the connection is closed, and a request that still waits for one is not sent. */
  cut(): void {
    this.#end = undefined
    this.#controller?.abort(gaveUp())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.#end) return controller.abort(gaveUp())
    this.#controller = controller
    this.stage = 'sent'
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (status < 200) return
    this.stage = 'answering'
    this.#status = status
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes <= limits.ANSWER_BYTES_MAX) return
    this.onResponseEnd()
    controller.abort(gaveUp())
  }

  onResponseEnd(): void {
    const end = this.#end
    this.#end = undefined
    end?.answered(this.#status, this.#headers)
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    const end = this.#end
    this.#end = undefined
    end?.broken(error)
  }
}

const gaveUp = (): Error => new Error('gave up')
