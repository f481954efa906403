/** Problems as cards: what is wrong, the line that names the cause, what to do, and counts that lead to their lists. */
import { alertTimesText } from '../alerts/alert-answers.ts'
import type { EffectsAnswer, PipelineAnswer } from '../core/answers.ts'
import type { BatchRunsAnswer } from '../core/batch-answers.ts'
import { useResource } from '../core/resource.ts'
import { Link } from '../core/router.tsx'
import { useRole } from '../core/session.ts'
import type { CausesAnswer } from '../dead-letters/letter-answers.ts'
import type { SeriesAnswer } from '../live/stored-series.ts'
import { useServerNow } from '../live/use-status.ts'
import { groupRunsIn } from '../runs/group-runs.ts'
import { alertEvidence, evidencePaths } from './alert-evidence.ts'
import type { Problem } from './problems.ts'

const EVIDENCE_MS = 10_000

interface ProblemListProps {
  readonly problems: readonly Problem[]
  readonly pipeline: PipelineAnswer
  readonly batch: BatchRunsAnswer | undefined
}

export const ProblemList = ({ problems, ...known }: ProblemListProps) => (
  <ul class="problems">
    {problems.map(problem => (
      <ProblemCard key={problem.firing?.id ?? problem.title} problem={problem} {...known} />
    ))}
  </ul>
)

interface ProblemCardProps extends Pick<ProblemListProps, 'pipeline' | 'batch'> {
  readonly problem: Problem
}

function ProblemCard({ problem: { level, title, cause, firing, view }, pipeline, batch }: ProblemCardProps) {
  const now = useServerNow()
  const mayOperate = useRole('operate')
  const paths = firing ? evidencePaths(firing, mayOperate) : {}
  const causes = useResource<CausesAnswer>(paths.causes, EVIDENCE_MS).value
  const pending = useResource<EffectsAnswer>(paths.pending, EVIDENCE_MS).value
  const decisions = useResource<SeriesAnswer>(paths.decisions, EVIDENCE_MS).value
  const answers = { causes, pending, decisions, runs: batch ? groupRunsIn(batch) : [], models: pipeline.models }
  const { line, counts } = firing ? alertEvidence(firing, answers, now) : { line: undefined, counts: [] }
  return (
    <li class={level}>
      <Link page={view.page} item={view.item} {...(view.query && { query: view.query })} isRow>
        <span class="badge">{level === 'bad' ? 'act now' : 'look'}</span>
        <strong>{title}</strong>
        {line !== undefined && <span class="evidence">{line}</span>}
        <span class="cause">
          {firing && sentence(alertTimesText(firing, now))}
          {cause}
        </span>
      </Link>
      {counts.map(({ text, page, query }) => (
        <p key={text} class="counts">
          <Link page={page} query={query}>
            {text}
          </Link>
        </p>
      ))}
    </li>
  )
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}. `
