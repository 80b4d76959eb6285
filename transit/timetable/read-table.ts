import type { CsvRow } from './csv-row.ts'
import { parseDayNumber } from './day-number.ts'
import { type FaultList, FeedRefusal } from './import-fault.ts'
import { parseDecimal } from './parse-field.ts'
import { readCsv } from './read-csv.ts'
import type { ZipArchive } from './zip-archive.ts'
import type { ZipEntry } from './zip-entries.ts'

/** Of tables of which each row is kept as text, some 500 bytes each. */
const ROWS_MAX = 500_000

/** A feed while it is read. */
export interface Feed {
  readonly archive: ZipArchive
  /** By their names without the folder that they are all in. */
  readonly files: ReadonlyMap<string, ZipEntry>
  readonly faults: FaultList
  /** Called as bytes are unpacked. */
  onBytes(count: number): void
}

interface TableSpec<C extends string> {
  readonly file: string
  readonly isRequired?: boolean
  /** More are refused: what is kept of a row takes memory. */
  readonly rowsMax?: number
  readonly required: readonly C[]
  readonly optional?: readonly C[]
}

/** The table whose rows are being read: its columns, and their fields with their faults. */
export interface Table<C extends string> {
  /** -1 for one that it has not. */
  readonly columns: Readonly<Record<C, number>>
  error(row: CsvRow, column: C | undefined, code: string, message: string): void
  warn(row: CsvRow, column: C | undefined, code: string, message: string): void
  /** Undefined, and an error, where it is empty. */
  requireText(row: CsvRow, column: C): string | undefined
  /** A whole number of 0 to `max`; the fallback where it is empty, and with an error where it is another. */
  choice(row: CsvRow, column: C, max: number, fallback: number): number
  /** NaN where it is empty, and with an error where it is no number of the range. */
  decimal(row: CsvRow, column: C, min: number, max: number): number
  /** Days since 1970; undefined, and an error, where it is none. */
  day(row: CsvRow, column: C): number | undefined
}

/** Reads a table: `onHeader` returns what to do with each row. False where it is not there, or of no use. */
export function readTable<C extends string>(
  { archive, files, faults, onBytes }: Feed,
  { file, isRequired = false, rowsMax = ROWS_MAX, required, optional = [] }: TableSpec<C>,
  onHeader: (table: Table<C>) => (row: CsvRow) => void,
): boolean {
  const entry = files.get(file)
  if (!entry) {
    if (isRequired)
      faults.error({ file }, 'missing_required_file', `${file} is missing; a feed has to have it`)
    return false
  }
  let onRow: ((row: CsvRow) => void) | undefined
  let isUsable = true
  let width = 0
  let rows = 0
  const progress = function* (): Generator<Uint8Array> {
    for (const piece of archive.unpack(entry)) {
      onBytes(piece.length)
      yield piece
    }
  }
  readCsv(file, progress(), faults, (row) => {
    if (!isUsable) return
    if (!onRow) {
      const columns = readHeader(row)
      isUsable = columns !== undefined
      if (columns) onRow = onHeader(createTable({ file, faults, columns }))
      width = row.count
      return
    }
    rows += 1
    if (rows > rowsMax) {
      throw new FeedRefusal({ file }, 'too_many_rows', `it has more than ${rowsMax} rows, which are allowed`)
    }
    if (row.count !== width) {
      faults.error(
        { file, row: row.number },
        'invalid_row_length',
        `the row has ${row.count} fields; the header has ${width}`,
      )
      return
    }
    onRow(row)
  })
  if (isRequired && isUsable && rows === 0) {
    faults.error({ file }, 'empty_file', `${file} has no rows; at least one is needed`)
  }
  return isUsable && onRow !== undefined

  function readHeader(row: CsvRow): Record<C, number> | undefined {
    const names = Array.from({ length: row.count }, (_, index) => row.text(index))
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) !== index) {
        faults.error({ file, row: 1, column: name }, 'duplicated_column', `the column ${name} is there twice`)
        return undefined
      }
    }
    const missing = required.filter((name) => !names.includes(name))
    for (const column of missing) {
      faults.error(
        { file, row: 1, column },
        'missing_required_column',
        `the column ${column} is missing; there are ${names.join(', ').slice(0, 300)}`,
      )
    }
    if (missing.length > 0) return undefined
    return Object.fromEntries(
      [...required, ...optional].map((name) => [name, names.indexOf(name)]),
    ) as Record<C, number>
  }
}

function createTable<C extends string>({
  file,
  faults,
  columns,
}: {
  file: string
  faults: FaultList
  columns: Record<C, number>
}): Table<C> {
  const placeOf = (row: CsvRow, column: C | undefined) => {
    return column === undefined ? { file, row: row.number } : { file, row: row.number, column }
  }
  const table: Table<C> = {
    columns,
    error: (row, column, code, message) => faults.error(placeOf(row, column), code, message),
    warn: (row, column, code, message) => faults.warn(placeOf(row, column), code, message),
    requireText(row, column) {
      const text = row.text(columns[column])
      if (text !== '') return text
      table.error(row, column, 'missing_required_field', `${column} is empty; it is needed`)
      return undefined
    },
    choice(row, column, max, fallback) {
      const index = columns[column]
      if (row.isEmpty(index)) return fallback
      const text = row.text(index)
      const value = Number(text)
      if (/^\d{1,2}$/.test(text) && value <= max) return value
      table.error(row, column, 'unexpected_enum_value', `${column} is ${quote(text)}; 0 to ${max} is allowed`)
      return fallback
    },
    decimal(row, column, min, max) {
      const index = columns[column]
      if (row.isEmpty(index)) return Number.NaN
      const value = parseDecimal(row.buffer, row.start(index), row.end(index))
      if (value >= min && value <= max) return value
      const allowed = Number.isFinite(max) ? `a number of ${min} to ${max}` : `a number from ${min}`
      table.error(
        row,
        column,
        'number_out_of_range',
        `${column} is ${quote(row.text(index))}; ${allowed} is allowed`,
      )
      return Number.NaN
    },
    day(row, column) {
      const text = row.text(columns[column])
      const day = parseDayNumber(text)
      if (day === undefined) {
        table.error(row, column, 'invalid_date', `${column} is ${quote(text)}; YYYYMMDD is allowed`)
      }
      return day
    },
  }
  return table
}

/** What a file holds, short enough for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
