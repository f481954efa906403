/** A project as `init` makes it: its files by their path, and the name of its one source. */
export interface Project {
  readonly files: Readonly<Record<string, string>>
  readonly source: string
}
