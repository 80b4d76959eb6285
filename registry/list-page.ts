import type { Page, PageQuery } from '../model/page.ts'

/** A page of rows that were asked for with a limit of one more than the page's, by which the next one is known. */
export function listPage<Row, Item>(
  rows: readonly Row[],
  { limit }: PageQuery,
  toItem: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): Page<Item> {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return { items: kept.map(toItem), next: rows.length > limit && last ? cursorOf(last) : null }
}
