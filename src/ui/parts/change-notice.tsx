/** The outcome of a change, which screen readers announce. */
import type { Change } from './use-change.ts'

export function ChangeNotice({ change: { isBusy, result, problem } }: { readonly change: Change }) {
  return (
    <div aria-live="polite">
      {isBusy && <p class="soft">Working …</p>}
      {result !== undefined && <p class="notice">{result}</p>}
      {problem !== undefined && <p class="banner">{problem}</p>}
    </div>
  )
}
