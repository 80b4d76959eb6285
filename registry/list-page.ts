import { type SelectQueryBuilder, sql } from 'kysely'
import type { Page, PageQuery } from '../model/page.ts'

/** A page of what a query selects, in the order of the ids. */
export async function listById<Tables, Table extends keyof Tables, Row extends { id: string }, Item>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  page: PageQuery,
  toItem: (row: Row) => Item,
): Promise<Page<Item>> {
  const rest = page.after === undefined ? query : query.where(sql<string>`id`, '>', page.after)
  const rows = await rest
    .orderBy(sql`id`)
    .limit(page.limit + 1)
    .execute()
  return listPage(rows as Row[], page, toItem, ({ id }) => id)
}

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
