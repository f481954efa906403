/** How the commands of the examples are called: what is wrong with a call, what it did, and its exit code. */

/** Throws what is wrong with the options. */
export type RequestOf<R> = (args: readonly string[]) => R

/**
 * Runs a command with the arguments of this process, and sets its exit code: what `act` gives, 1 if it threw, 2 if it was called wrongly. `--help` prints
 * how it is called.
 */
export async function command<R>(usage: string, requestOf: RequestOf<R>, act: (request: R) => Promise<number>): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) console.log(usage)
  else process.exitCode = await run(args, usage, requestOf, act)
}

async function run<R>(
  args: readonly string[],
  usage: string,
  requestOf: RequestOf<R>,
  act: (request: R) => Promise<number>,
): Promise<number> {
  let request: R
  try {
    request = requestOf(args)
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
  try {
    return await act(request)
  } catch (error) {
    // Whoever read this has read enough.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
    console.error((error as Error).message)
    return 1
  }
}
