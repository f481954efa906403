/** The command-line wrapper of the examples: parses the arguments, runs the command, and sets the exit code. */

/** Parses the options. Throws an error that names the invalid one. */
export type RequestOf<R> = (args: readonly string[]) => R

/**
 * Runs a command with the arguments of this process. Sets the exit code: the result of `act`, 1 if it threw, 2 for invalid arguments.
 * `--help` prints the usage.
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
    // The reader has closed the pipe.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
    console.error((error as Error).message)
    return 1
  }
}
