/** Changes of a data folder by the user of the operating system: through the run that holds the folder, or directly if it is free. */
import { openControl, type OpenControl, type OpenControlOptions, operatorName } from '../../operate/index.ts'

/** Opens the folder for changes, calls `use` with the name of the operator, and releases the folder. Throws as `openControl` does. */
export async function withControl<T>(
  data: string,
  options: OpenControlOptions,
  use: (opened: OpenControl, by: string) => Promise<T>,
): Promise<T> {
  const opened = await openControl(data, options)
  try {
    return await use(opened, operatorName())
  } finally {
    await opened.close()
  }
}
