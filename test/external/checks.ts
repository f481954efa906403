/** Named checks, one after another: each prints a line with its result, and is counted. */
import { nothing, plus, type Tally } from '../../scripts/tally.ts'

export class Checks {
  tally: Tally = nothing

  /** `act` returns its result in words, or throws. */
  async check(name: string, act: () => string | Promise<string>): Promise<void> {
    const started = performance.now()
    let text: string
    let passed = true
    try {
      text = await act()
    } catch (error) {
      text = (error as Error).message.replaceAll('\n', '\n    ')
      passed = false
    }
    this.tally = plus(this.tally, passed ? { passed: 1 } : { failed: 1 })
    console.log(`${passed ? '✔' : '✖'} ${name}  ${((performance.now() - started) / 1000).toFixed(1)} s\n    ${text}`)
  }
}
