/**
 * A flag shared by the writer's and the checkpointer's threads: it holds commits back while the WAL is moved into the database.
 *
 * SQLite restarts the WAL from its beginning only when all of it has been moved and nobody writes. A checkpointer beside a busy writer
 * never sees that moment, so the WAL would grow without end. Closing the gate for the small rest creates the moment.
 */
const OPEN = 0
const CLOSED = 1

export class Gate {
  readonly #flag: Int32Array

  constructor(shared: SharedArrayBuffer) {
    this.#flag = new Int32Array(shared)
  }

  static shared(): SharedArrayBuffer {
    return new SharedArrayBuffer(4)
  }

  close(): void {
    Atomics.store(this.#flag, 0, CLOSED)
  }

  open(): void {
    Atomics.store(this.#flag, 0, OPEN)
    Atomics.notify(this.#flag, 0)
  }

  /** Waits until the gate is open, at most `ms`: a checkpointer that died must not stop the writer for good. */
  pass(ms: number): void {
    Atomics.wait(this.#flag, 0, CLOSED, ms)
  }
}
