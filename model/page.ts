/** One page of a list in the order of its ids. */
export interface PageQuery {
  readonly limit: number
  /** `next` of the page before: the id that it ended with, unless the list says otherwise. */
  readonly after?: string | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  /** What to give as `after` for the next page; null on the last. */
  readonly next: string | null
}
