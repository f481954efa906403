/** Compares the features that a decision read with their values now, which decides and records nothing. */
import { useState } from 'preact/hooks'
import type { DecisionAnswer, PipelineAnswer, TriggerAnswer } from '../core/answers.ts'
import { call } from '../core/server.ts'
import { ChangeNotice } from '../parts/change-notice.tsx'
import { useChange } from '../parts/use-change.ts'
import { Differences } from './differences.tsx'
import { differencesToNow, type FeatureAnswer, featureQueries } from './values-now.ts'

interface ValuesNowProps {
  readonly decision: DecisionAnswer
  readonly on: TriggerAnswer | undefined
  readonly pipeline: PipelineAnswer
}

export function ValuesNow({ decision, on, pipeline }: ValuesNowProps) {
  const queries = featureQueries(decision, on)
  const [answers, setAnswers] = useState<readonly FeatureAnswer[]>()
  const change = useChange()
  if (queries.length === 0) return null
  const compare = async (): Promise<string> => {
    const answer = await call<{ readonly answers: readonly FeatureAnswer[] }>('POST', '/features', { queries })
    setAnswers(answer.answers)
    return 'Read now. Nothing was decided or recorded. What arrived since counts, the event itself too.'
  }
  return (
    <>
      <div class="buttons">
        <button type="button" disabled={change.isBusy} onClick={() => void change.run(compare)}>
          Compare with now
        </button>
      </div>
      <ChangeNotice change={change} />
      {answers && <Differences title="Features then and now" rows={differencesToNow(decision, pipeline, answers)} />}
    </>
  )
}
