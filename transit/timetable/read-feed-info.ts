import { createHash } from 'node:crypto'
import { type Feed, readTable } from './read-table.ts'

/** feed_info's feed_version; one made of the files' names, lengths and checksums where it has none. */
export function readFeedVersion(feed: Feed): string {
  let version = ''
  readTable(
    feed,
    {
      file: 'feed_info.txt',
      required: ['feed_publisher_name', 'feed_publisher_url', 'feed_lang'],
      optional: ['feed_version', 'feed_start_date', 'feed_end_date'],
    },
    (table) => (row) => {
      version = row.text(table.columns.feed_version)
      for (const column of ['feed_start_date', 'feed_end_date'] as const) {
        if (!row.isEmpty(table.columns[column])) table.day(row, column)
      }
    },
  )
  if (version !== '') return version
  if (!feed.files.has('feed_info.txt')) {
    const message =
      'feed_info.txt is missing; with it apps know who publishes the feed and which version it is'
    feed.faults.warn({ file: 'feed_info.txt' }, 'missing_recommended_file', message)
  }
  const hash = createHash('sha256')
  for (const [name, { unpackedBytes, crc }] of [...feed.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name} ${unpackedBytes} ${crc}\n`)
  }
  return hash.digest('hex').slice(0, 16)
}
