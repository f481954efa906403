/** One HTTP POST and its response on one connection. Notifies its listener exactly once, and never after it was aborted. */
import type { Dispatcher } from 'undici'
import { limits } from '../base/index.ts'

/** Response headers as undici gives them. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Progress: `waiting` for a connection, `sent`, or `answering` once the response head has come. */
export type ExchangeStage = 'waiting' | 'sent' | 'answering'

/** Receives the end of an exchange. */
export interface ExchangeListener {
  /** The response is complete, or was cut off at its size limit. */
  onResponse(status: number, headers: ResponseHeaders): void
  onError(error: Error): void
}

/** Handles the undici callbacks of one POST. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  stage: ExchangeStage = 'waiting'
  #end: ExchangeListener | undefined
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: ResponseHeaders = {}
  #bytes = 0

  constructor(end: ExchangeListener) {
    this.#end = end
  }

  /** Aborts: closes the connection; a request still waiting for a connection is not sent. */
  abort(): void {
    this.#end = undefined
    this.#controller?.abort(abortError())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.#end) return controller.abort(abortError())
    this.#controller = controller
    this.stage = 'sent'
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200) return
    this.stage = 'answering'
    this.#status = status
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes <= limits.ANSWER_BYTES_MAX) return
    this.onResponseEnd()
    controller.abort(abortError())
  }

  onResponseEnd(): void {
    const end = this.#end
    this.#end = undefined
    end?.onResponse(this.#status, this.#headers)
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    const end = this.#end
    this.#end = undefined
    end?.onError(error)
  }
}

const abortError = (): Error => new Error('gave up')
