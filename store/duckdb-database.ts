import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { KINDS, type Kind } from '../model/device.ts'
import { KerbsideError, messageOf } from '../model/error.ts'
import { fieldsOf } from '../model/reading.ts'
import { type FieldColumn, SQL_TYPES } from './duckdb-columns.ts'
import { createObservationTables } from './duckdb-observations.ts'
import { createPredictionTable } from './duckdb-predictions.ts'
import { createRoundTable } from './duckdb-rounds.ts'

/** An open DuckDB file: one connection that writes, and some that read beside it. */
export interface DuckdbDatabase {
  readonly writer: DuckDBConnection
  /** Each runs one query at a time. */
  readonly readers: readonly DuckDBConnection[]
  /** A kind's field columns in the order of its table. */
  readonly columns: Readonly<Record<Kind, readonly FieldColumn[]>>
  close(): void
}

// A query holds one of libuv's few threads while it runs: with more at once, files and names would wait for readings.
const READER_COUNT = 2

/** The tables that hold readings: `series` says whose they are. Each has a view of the kind's name for people to read. */
export function tableOf(kind: Kind): string {
  return `${kind}_readings`
}

/**
 * Opens or makes the file. Rejects with INVALID_FILE where it is none of ours or damaged, and with STORE_UNAVAILABLE
 * where another process has it or it cannot be read.
 */
export async function openDuckdbDatabase({
  path,
  memoryLimit,
  threads,
}: {
  path: string
  memoryLimit: string
  threads: number
}): Promise<DuckdbDatabase> {
  const instance = await createInstance(path, {
    memory_limit: memoryLimit,
    threads: String(threads),
    // Rows have times of their own: keeping the order of their arrival would only cost memory.
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  try {
    const writer = await instance.connect()
    // An instance that failed must not write what it has in memory over a sound file: whoever closes checkpoints before.
    await writer.run('PRAGMA disable_checkpoint_on_shutdown')
    const columns = await migrate(writer, path)
    const readers = await Promise.all(Array.from({ length: READER_COUNT }, () => instance.connect()))
    return {
      writer,
      readers,
      columns,
      close() {
        for (const connection of [...readers, writer]) connection.closeSync()
        instance.closeSync()
      },
    }
  } catch (error) {
    instance.closeSync()
    throw error
  }
}

async function createInstance(path: string, options: Record<string, string>): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(path, options)
  } catch (error) {
    const text = messageOf(error)
    if (text.includes('lock')) {
      const pid = /PID (\d+)/.exec(text)?.[1]
      throw new KerbsideError(
        'STORE_UNAVAILABLE',
        `the store's file ${path} is open in another process${pid === undefined ? '' : ` (${pid})`}: a DuckDB file belongs to one process. Stop that one, or use KERBSIDE_STORE=influxdb:http://… where several need the readings`,
        { cause: error },
      )
    }
    if (/not a valid DuckDB|corrupt|checksum|Serialization|version number|deserialize/i.test(text)) {
      throw new KerbsideError(
        'INVALID_FILE',
        `the store's file ${path} is damaged or no DuckDB file of this version: ${text}. Put back a copy, or move it away to begin with an empty store`,
        { cause: error },
      )
    }
    throw new KerbsideError('STORE_UNAVAILABLE', `the store's file ${path} cannot be opened: ${text}`, {
      cause: error,
    })
  }
}

async function migrate(connection: DuckDBConnection, path: string): Promise<DuckdbDatabase['columns']> {
  await connection.run(`CREATE TABLE IF NOT EXISTS series (
    id INTEGER NOT NULL, authority VARCHAR NOT NULL, kind VARCHAR NOT NULL, device VARCHAR NOT NULL, part VARCHAR NOT NULL
  )`)
  await createRoundTable(connection)
  await createPredictionTable(connection)
  await createObservationTables(connection)
  const columns: Partial<Record<Kind, readonly FieldColumn[]>> = {}
  for (const kind of KINDS) columns[kind] = await migrateKind(connection, kind, path)
  return columns as Record<Kind, readonly FieldColumn[]>
}

// No primary key: it would cost three quarters of the speed and two thirds of the space. What keeps an identity single
// is the series index, which knows whether a row of the same time may be there.
async function migrateKind(connection: DuckDBConnection, kind: Kind, path: string): Promise<FieldColumn[]> {
  const table = tableOf(kind)
  await connection.run(
    `CREATE TABLE IF NOT EXISTS ${table} (series INTEGER NOT NULL, time BIGINT NOT NULL, "receivedTime" BIGINT NOT NULL)`,
  )
  const existing = await listColumns(connection, table)
  const fields = fieldsOf(kind)
  for (const [name, type] of Object.entries(fields)) {
    if (!existing.includes(name))
      await connection.run(`ALTER TABLE ${table} ADD COLUMN "${name}" ${SQL_TYPES[type]}`)
  }
  await createView(connection, kind)
  return (await listColumns(connection, table)).slice(3).map((name) => {
    const type = fields[name]
    if (type === undefined) {
      throw new KerbsideError(
        'INVALID_FILE',
        `the store's file ${path} was made by a newer version: it keeps ${name} of a ${kind}, which this one does not know`,
      )
    }
    return { name, type }
  })
}

// Only where it is not there yet: a file whose disk is full can still be opened, as long as nothing is written to it.
async function createView(connection: DuckDBConnection, kind: Kind): Promise<void> {
  const fields = Object.keys(fieldsOf(kind))
  const wanted = ['authority', 'device', 'part', 'time', 'receivedTime', ...fields]
  if ((await listColumns(connection, kind)).join() === wanted.join()) return
  await connection.run(`CREATE OR REPLACE VIEW ${kind} AS
    SELECT authority, device, part, epoch_ms(time) AS time, epoch_ms("receivedTime") AS "receivedTime", ${fields
      .map((name) => `"${name}"`)
      .join(', ')} FROM ${tableOf(kind)} JOIN series ON id = series`)
}

async function listColumns(connection: DuckDBConnection, table: string): Promise<string[]> {
  const result = await connection.runAndReadAll(
    `SELECT column_name FROM duckdb_columns() WHERE table_name = '${table}' ORDER BY column_index`,
  )
  return result.getRows().map(([name]) => String(name))
}
