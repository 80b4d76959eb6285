import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { ColumnType, ExportColumn, ExportRow } from './export-columns.ts'

/** Makes an Apache Parquet file piece by piece, holding one row group at a time. */
export interface ParquetEncoder {
  /** The bytes of these rows, as one row group; they follow what was returned before. */
  encode(rows: readonly ExportRow[]): Uint8Array
  /** The rest of the file; nothing comes after it. */
  finish(): Uint8Array
}

type ParquetOptions = ConstructorParameters<typeof ParquetWriter>[0]
type SchemaElement = ParquetOptions['schema'][number]

/** `metadata` stands in the file's own, for whoever reads it without knowing where it came from. */
export function createParquetEncoder(
  columns: readonly ExportColumn[],
  metadata: Readonly<Record<string, string>>,
): ParquetEncoder {
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(describeColumn)],
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    createdBy: 'kerbside',
  })
  return {
    encode(rows) {
      if (rows.length > 0) {
        writer.write({
          columnData: columns.map(({ name, type }, index) => ({ name, data: takeColumn(rows, index, type) })),
          rowGroupSize: rows.length,
        })
      }
      return take()
    },
    finish() {
      writer.finish()
      return take()
    },
  }

  /** What was written since; offsets in the file go on. */
  function take(): Uint8Array {
    const taken = bytes.getBytes().slice()
    bytes.index = 0
    return taken
  }
}

function describeColumn({ name, type }: ExportColumn): SchemaElement {
  const isAlways = name === 'device' || type === 'time'
  return { name, repetition_type: isAlways ? 'REQUIRED' : 'OPTIONAL', ...TYPES[type] }
}

const TYPES: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
}

function takeColumn(rows: readonly ExportRow[], index: number, type: ColumnType): unknown[] {
  return type === 'time'
    ? rows.map((row) => new Date(row[index] as number))
    : rows.map((row) => row[index] ?? null)
}
