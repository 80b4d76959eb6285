import type { ExportColumn, ExportRow } from '../../exchange/exports/export-columns.ts'
import { createParquetEncoder } from '../../exchange/exports/parquet-encoder.ts'
import { writeCsvHead, writeCsvRows } from '../../exchange/exports/write-csv.ts'

/** Rows of a row group: larger ones are read faster, and hold up what else this process answers for longer. */
const GROUP_ROWS = 20_000

export async function* writeCsvDay(
  columns: readonly ExportColumn[],
  pages: AsyncIterable<readonly ExportRow[]>,
): AsyncGenerator<string> {
  yield writeCsvHead(columns)
  for await (const rows of pages) yield writeCsvRows(columns, rows)
}

export async function* writeParquetDay(
  columns: readonly ExportColumn[],
  pages: AsyncIterable<readonly ExportRow[]>,
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  const encoder = createParquetEncoder(columns, metadata)
  let group: ExportRow[] = []
  for await (const rows of pages) {
    for (const row of rows) group.push(row)
    if (group.length < GROUP_ROWS) continue
    yield encoder.encode(group)
    group = []
  }
  if (group.length > 0) yield encoder.encode(group)
  yield encoder.finish()
}
