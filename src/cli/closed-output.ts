/** A reader of the output may close the pipe early (`| head`); the process still finishes its work. */
export function ignoreClosedOutput({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): void {
  for (const stream of [stdout, stderr]) {
    stream.on('error', error => {
      if (!('code' in error) || error.code !== 'EPIPE') throw error
    })
  }
}
