import type { Kysely } from 'kysely'
import type { Page, PageQuery } from '../model/page.ts'
import { listById } from './list-page.ts'
import type { RegistryTables } from './registry-tables.ts'

/** Tables in which an authority has things of several kinds, each a document under its id. */
type DocumentTable = 'sites' | 'service_notices'

export interface DocumentKind {
  readonly table: DocumentTable
  readonly authority: string
  readonly kind: RegistryTables[DocumentTable]['kind']
}

export async function listDocuments<Item>(
  kysely: Kysely<RegistryTables>,
  { table, authority, kind }: DocumentKind,
  page: PageQuery,
): Promise<Page<Item>> {
  const query = kysely
    .selectFrom(table)
    .select(['id', 'document'])
    .where('authority', '=', authority)
    .where('kind', '=', kind)
  return listById(query, page, (row): Item => JSON.parse(row.document))
}

export async function findDocument<Item>(
  kysely: Kysely<RegistryTables>,
  { table, authority, kind }: DocumentKind,
  id: string,
): Promise<Item | undefined> {
  const row = await kysely
    .selectFrom(table)
    .select('document')
    .where('authority', '=', authority)
    .where('kind', '=', kind)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && JSON.parse(row.document)
}
