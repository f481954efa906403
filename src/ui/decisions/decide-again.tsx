/** A request again, with its fields filled in. It is a decision like any other: recorded, and acted on. */
import { useState } from 'preact/hooks'
import type { DecisionAnswer } from '../core/answers.ts'
import { call } from '../core/server.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { useChange } from '../parts/use-change.ts'

interface DecideAgainProps {
  readonly model: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly onAnswer: (decision: DecisionAnswer) => void
}

export function DecideAgain({ model, fields, onAnswer }: DecideAgainProps) {
  const [text, setText] = useState(() => JSON.stringify(fields, null, 2))
  const change = useChange()
  const decide = async (): Promise<string> => {
    const decision = await call<DecisionAnswer>('POST', `/models/${encodeURIComponent(model)}/decide`, JSON.parse(text))
    onAnswer(decision)
    return `Decided, as entry ${decision.entry}.`
  }
  return (
    <section>
      <h2>Decide again</h2>
      <p class="soft">A new decision with these fields, as of now. It is recorded, and actions follow from it as from any other.</p>
      <label>
        Fields, JSON
        <textarea class="record" rows={6} value={text} onInput={event => setText(event.currentTarget.value)} />
      </label>
      <div class="buttons">
        <button type="button" disabled={change.isBusy} onClick={() => void change.run(decide)}>
          Decide again
        </button>
      </div>
      <ChangeNotice change={change} />
    </section>
  )
}
