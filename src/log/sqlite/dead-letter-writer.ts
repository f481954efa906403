/** Writes dead letters into their tables. Runs in the writer's thread, within a commit. */
import { SpillwayError } from '../../base/index.ts'
import type { RawForm } from '../../intake/index.ts'
import type { DeadLetter, DeadLetterChange } from '../dead-letters.ts'
import { CountWriter } from './counts.ts'
import type { DatabaseSync, StatementSync } from './sqlite.ts'

export class DeadLetterWriter {
  readonly #insert: StatementSync
  readonly #edit: StatementSync
  readonly #reject: StatementSync
  readonly #settle: StatementSync
  readonly #remove: StatementSync
  readonly #kind: StatementSync
  readonly #counts: CountWriter

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO dead (source, reason, detail, place, at, sequence, raw, form) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#edit = db.prepare('UPDATE dead SET original = coalesce(original, raw), raw = ?2, form = ?3, attempts = 0 WHERE id = ?1')
    this.#reject = db.prepare(
      `UPDATE dead SET reason = ?2, detail = ?3, original = coalesce(original, nullif(raw, ?4)), raw = ?4, form = ?5, attempts = attempts + 1,
         source = coalesce(source, ?6) WHERE id = ?1`,
    )
    this.#settle = db.prepare(
      `INSERT INTO settled (id, source, reason, detail, place, at, sequence, raw, attempts, form, original, outcome, why, settled)
       SELECT id, coalesce(source, ?5), reason, detail, place, at, sequence, raw, attempts, form, original, ?2, ?3, ?4 FROM dead WHERE id = ?1`,
    )
    this.#remove = db.prepare('DELETE FROM dead WHERE id = ?')
    this.#kind = db.prepare("SELECT coalesce(source, '') AS source, reason FROM dead WHERE id = ?")
    this.#counts = new CountWriter(db, 'letter')
  }

  add({ source, reason, detail, place, at, sequence, raw, form }: DeadLetter): void {
    this.#insert.run(source ?? null, reason, detail, place, at, sequence, raw, formText(form))
    this.#counts.add(source ?? '', reason, 1)
  }

  /**
   * @throws `SPILL_STORE` if the dead letter does not exist. The whole commit then fails.
   */
  change(change: DeadLetterChange): void {
    const before = this.#kind.get(change.id) as { source: string; reason: string } | undefined
    if (!before) throw new SpillwayError('SPILL_STORE', `there is no dead letter ${change.id}`)
    this.#change(change)
    if (change.kind === 'edited') return
    this.#counts.add(before.source, before.reason, -1)
    if (change.kind === 'rejected') this.#counts.add(before.source || (change.source ?? ''), change.reason, 1)
  }

  /** Writes the changed counts, before the transaction commits. */
  writeCounts(): void {
    this.#counts.write()
  }

  #change(change: DeadLetterChange): void {
    const { id } = change
    switch (change.kind) {
      case 'edited':
        this.#edit.run(id, change.raw, formText(change.form))
        break
      case 'rejected':
        this.#reject.run(id, change.reason, change.detail, change.raw, formText(change.form), change.source ?? null)
        break
      case 'settled':
        this.#settle.run(id, change.outcome, change.why ?? null, change.at, change.source ?? null)
        this.#remove.run(id)
    }
  }
}

const formText = (form: RawForm | undefined): string | null => (form ? JSON.stringify(form) : null)
