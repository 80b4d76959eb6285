import type { ByteIndex } from './byte-index.ts'
import type { CsvRow } from './csv-row.ts'
import { quote, type Table } from './read-table.ts'

/** The number of a row's own id, which has to be new in its table; undefined, and an error, where it is not. */
export function addOwnId<C extends string>(
  table: Table<C>,
  row: CsvRow,
  column: C,
  ids: ByteIndex,
): number | undefined {
  const index = table.columns[column]
  if (row.isEmpty(index)) {
    table.requireText(row, column)
    return undefined
  }
  const { count } = ids
  const number = ids.add(row.buffer, row.start(index), row.end(index))
  if (number === count) return number
  table.error(
    row,
    column,
    'duplicate_key',
    `${column} ${quote(row.text(index))} is there already; each is allowed once`,
  )
  return undefined
}

/** The number of an id of another table; -1 where the field is empty, undefined, and an error, where nothing has it. */
export function findReference<C extends string>(
  table: Table<C>,
  row: CsvRow,
  column: C,
  ids: ByteIndex,
  file: string,
): number | undefined {
  const index = table.columns[column]
  if (row.isEmpty(index)) return -1
  const number = ids.find(row.buffer, row.start(index), row.end(index))
  if (number !== -1) return number
  table.error(
    row,
    column,
    'foreign_key_violation',
    `${column} is ${quote(row.text(index))}, which ${file} does not have`,
  )
  return undefined
}
