/** How far a long piece of work is. */
interface Progress {
  /** What is being done, such as `history`. */
  readonly phase: string
  readonly done: number
  readonly total: number
}
export type ProgressListener = (progress: Progress) => void
