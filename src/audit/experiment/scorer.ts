/** Scores of cases under any inputs: by the model as it is, or trained anew on them. The same wherever it is asked, here or in a thread that is ahead. */
import { Scoring, type Definitions } from '../../decision/scoring.ts'
import type { ModelIR } from '../../define/ir.ts'
import { sharedFloats } from '../../columns/shared.ts'
import type { Strings } from '../../columns/strings.ts'
import { horizonOf } from '../../replay/label-horizon.ts'
import type { RowRange } from '../cases.ts'
import type { Setting } from '../element.ts'
import { scoreInto, scoringOf } from './inputs.ts'
import { fittings } from './operators/training.ts'
import type { Labelled } from './refit/learnt.ts'
import { Refits } from './refit/refits.ts'
import type { Replayed } from './replays.ts'

/** `frozen`: the model as it is. `refit`: trained anew on what the alternative would have given it. */
export type Arm = 'frozen' | 'refit'

export interface ScoreOptions {
  readonly training: Setting
  readonly seed: number
  readonly rows: RowRange
}

export class Scorer {
  readonly refits: Refits
  readonly #model: ModelIR
  readonly #scoring: Scoring

  constructor(definitions: Definitions, model: ModelIR, strings: Strings) {
    this.#model = model
    this.#scoring = scoringOf(definitions, model, strings)
    this.refits = new Refits(definitions, model, strings)
  }

  /** Of those rows; NaN elsewhere; in memory that all threads see. Rejects with `SPILL_TRAINING` where nothing can be learnt. */
  async score(
    { id, inputs }: Pick<Replayed, 'id' | 'inputs'>,
    cases: Labelled,
    arm: Arm,
    { training, seed, rows }: ScoreOptions,
  ): Promise<Float64Array> {
    const score = noScores(cases.length, rows)
    if (arm === 'frozen') scoreInto(score, this.#scoring, inputs, rows.from, rows.to)
    else
      for (const fitting of fittings(training, cases, horizonOf(this.#model.label!))) {
        const { from, to } = fitting.scores
        const scoring = await this.refits.scoring(id, inputs, cases, fitting, seed)
        scoreInto(score, scoring, inputs, Math.max(from, rows.from), Math.min(to, rows.to))
      }
    return score
  }
}

/** To be written into those rows. */
function noScores(length: number, { from, to }: RowRange): Float64Array {
  const score = sharedFloats(length)
  for (let row = 0; row < from; row++) score[row] = NaN
  for (let row = to; row < length; row++) score[row] = NaN
  return score
}
