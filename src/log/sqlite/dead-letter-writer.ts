/** Writes dead letters into their tables. Runs in the writer's thread, within a commit. */
import { SpillwayError } from '../../base/index.ts'
import type { RawForm } from '../../intake/index.ts'
import type { DeadLetter, DeadLetterChange } from '../dead-letters.ts'
import type { CountWriter } from './counts.ts'
import type { Prepared } from './sqlite.ts'

const INSERT = 'INSERT INTO dead (source, reason, detail, place, at, sequence, raw, form) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
const EDIT = 'UPDATE dead SET original = coalesce(original, raw), raw = ?2, form = ?3, attempts = 0 WHERE id = ?1'
const REJECT = `UPDATE dead SET reason = ?2, detail = ?3, original = coalesce(original, nullif(raw, ?4)), raw = ?4, form = ?5, attempts = attempts + 1,
  source = coalesce(source, ?6) WHERE id = ?1`
const SETTLE = `INSERT INTO settled (id, source, reason, detail, place, at, sequence, raw, attempts, form, original, outcome, why, settled)
  SELECT id, coalesce(source, ?5), reason, detail, place, at, sequence, raw, attempts, form, original, ?2, ?3, ?4 FROM dead WHERE id = ?1`

export class DeadLetterWriter {
  readonly #prepared: Prepared
  readonly #counts: CountWriter

  constructor(prepared: Prepared, counts: CountWriter) {
    this.#prepared = prepared
    this.#counts = counts
  }

  add({ source, reason, detail, place, at, sequence, raw, form }: DeadLetter): void {
    this.#prepared(INSERT).run(source ?? null, reason, detail, place, at, sequence, raw, formText(form))
    this.#counts.add(source ?? '', reason, 1)
  }

  /**
   * @throws `SPILL_STORE` if the dead letter does not exist. The whole commit then fails.
   */
  change(change: DeadLetterChange): void {
    const before = this.#prepared("SELECT coalesce(source, '') AS source, reason FROM dead WHERE id = ?").get(change.id) as
      | { source: string; reason: string }
      | undefined
    if (!before) throw new SpillwayError('SPILL_STORE', `there is no dead letter ${change.id}`)
    this.#change(change)
    if (change.kind === 'edited') return
    this.#counts.add(before.source, before.reason, -1)
    if (change.kind === 'rejected') this.#counts.add(before.source || (change.source ?? ''), change.reason, 1)
  }

  #change(change: DeadLetterChange): void {
    const { id } = change
    switch (change.kind) {
      case 'edited':
        this.#prepared(EDIT).run(id, change.raw, formText(change.form))
        break
      case 'rejected':
        this.#prepared(REJECT).run(id, change.reason, change.detail, change.raw, formText(change.form), change.source ?? null)
        break
      case 'settled':
        this.#prepared(SETTLE).run(id, change.outcome, change.why ?? null, change.at, change.source ?? null)
        this.#prepared('DELETE FROM dead WHERE id = ?').run(id)
    }
  }
}

const formText = (form: RawForm | undefined): string | null => (form ? JSON.stringify(form) : null)
