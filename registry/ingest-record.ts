import { sql } from 'kysely'
import type { NewQuarantined } from '../model/rejection.ts'
import { cleanText } from './clean-text.ts'
import { counterSumSteps } from './counter-sums.ts'
import type { IngestOutcome, Registry, SeenSequence } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'
import type { BatchStep } from './registry-database.ts'
import { formatTimeOrderedId } from './time-ordered-id.ts'

/** Payloads travel as text in a statement's parameter; this many bytes of them at a time. */
const PAYLOAD_BYTES_PER_STATEMENT = 4_194_304

/**
 * What an ingest records of each batch. The rows go to the database as one JSON text a table: the statements stay the
 * same however many rows there are, so they are prepared once, and no limit of their parameters is met. What is of an
 * authority that is no longer there is counted, should it come back, and otherwise let go.
 */
export function createIngestRecords({
  database,
}: RegistryContext): Pick<Registry, 'recordIngested' | 'findSequences'> {
  const { kysely, rowsOf, bytesOf } = database
  let quarantinedHere = 0
  return {
    async recordIngested(outcome) {
      const steps = [
        ...positionStep(outcome),
        ...countSteps(outcome),
        ...quarantineSteps(outcome),
        ...sequenceSteps(outcome),
        ...counterSumSteps(outcome.counterSums ?? [], database),
        ...statusSteps(outcome),
      ]
      if (steps.length === 0) return true
      try {
        return await database.runBatch(steps)
      } catch (error) {
        // An authority or device went between the statement's look and its write; now the look sees it gone.
        if (database.faultOf(error) !== 'foreign_key') throw error
        return await database.runBatch(steps)
      }
    },

    async findSequences(sequences, since) {
      if (sequences.length === 0) return []
      const { rows } = await sql<SeenSequence>`
        select s.authority, s.device, s.sequence, s.hash, s.time
        from ${rowsOf(JSON.stringify(sequences))} as item
        join sequences s on s.authority = item.value->>'authority' and s.device = item.value->>'device'
          and s.sequence = cast(item.value->>'sequence' as bigint) and s.hash = item.value->>'hash'
        where s.time >= ${since}`.execute(kysely)
      return rows
    },
  }

  function positionStep({ source, position, followsPosition }: IngestOutcome): BatchStep[] {
    if (position === undefined) return []
    const query =
      followsPosition === undefined
        ? sql`insert into sources (id, position) values (${source}, ${position}) on conflict (id) do nothing`
        : sql`update sources set position = ${position} where id = ${source} and position = ${followsPosition}`
    return [{ query: query.compile(kysely), isGuard: true }]
  }

  function countSteps({ source, counts }: IngestOutcome): BatchStep[] {
    const totals = new Map<string, { authority: string; stored: number; quarantined: number }>()
    for (const { authority, stored, quarantined } of counts) {
      const total = totals.get(authority) ?? { authority, stored: 0, quarantined: 0 }
      total.stored += stored
      total.quarantined += quarantined
      totals.set(authority, total)
    }
    if (totals.size === 0) return []
    const query = sql`
      insert into source_counts (authority, source, accepted, stored, quarantined)
      select item.value->>'authority', ${source}, 0, cast(item.value->>'stored' as bigint),
        cast(item.value->>'quarantined' as bigint)
      from ${rowsOf(inOrder(totals))} as item where true
      on conflict (authority, source) do update set stored = source_counts.stored + excluded.stored,
        quarantined = source_counts.quarantined + excluded.quarantined`
    return [{ query: query.compile(kysely) }]
  }

  function quarantineSteps({ source, quarantined }: IngestOutcome): BatchStep[] {
    const steps: BatchStep[] = []
    let rows: object[] = []
    let bytes = 0
    for (const entry of quarantined) {
      if (bytes > PAYLOAD_BYTES_PER_STATEMENT) {
        steps.push(quarantineStep(source, rows))
        rows = []
        bytes = 0
      }
      quarantinedHere += 1
      bytes += entry.payload.byteLength
      rows.push(toJsonRow(entry, formatTimeOrderedId(entry.receivedTime, quarantinedHere)))
    }
    if (rows.length > 0) steps.push(quarantineStep(source, rows))
    return steps
  }

  function quarantineStep(source: string, rows: readonly object[]): BatchStep {
    const query = sql`
      insert into quarantine
        (authority, id, source, device, topic, payload, payload_bytes, reason, detail, received_time)
      select item.value->>'authority', item.value->>'id', ${source}, item.value->>'device', item.value->>'topic',
        ${bytesOf(sql`item.value->>'payload'`)}, cast(item.value->>'payloadBytes' as bigint),
        item.value->>'reason', item.value->>'detail', cast(item.value->>'receivedTime' as bigint)
      from ${rowsOf(JSON.stringify(rows))} as item
      where exists (select 1 from authorities where id = item.value->>'authority')`
    return { query: query.compile(kysely) }
  }

  function sequenceSteps({ sequences }: IngestOutcome): BatchStep[] {
    if (sequences.length === 0) return []
    const latest = new Map(
      sequences.map((seen) => [`${seen.authority}/${seen.device}/${seen.sequence}/${seen.hash}`, seen]),
    )
    const query = sql`
      insert into sequences (authority, device, sequence, hash, time)
      select item.value->>'authority', item.value->>'device', cast(item.value->>'sequence' as bigint),
        item.value->>'hash', cast(item.value->>'time' as bigint)
      from ${rowsOf(inOrder(latest))} as item
      where exists (select 1 from authorities where id = item.value->>'authority')
      on conflict (authority, device, sequence, hash) do update set time = excluded.time`
    return [{ query: query.compile(kysely) }]
  }

  function statusSteps({ statuses }: IngestOutcome): BatchStep[] {
    if (statuses.length === 0) return []
    const latest = new Map<string, object>()
    const inTime = statuses.toSorted((a, b) => a.time - b.time)
    for (const { authority, kind, device, isOnline, time } of inTime) {
      latest.set(`${authority}/${device}`, { authority, kind, device, isOnline: isOnline ? 1 : 0, time })
    }
    const query = sql`
      insert into device_statuses (authority, device, kind, is_online, time)
      select d.authority, d.id, item.value->>'kind', cast(item.value->>'isOnline' as bigint),
        cast(item.value->>'time' as bigint)
      from ${rowsOf(inOrder(latest))} as item
      join devices d on d.authority = item.value->>'authority' and d.id = item.value->>'device'
      where true
      on conflict (authority, device) do update
      set kind = excluded.kind, is_online = excluded.is_online, time = excluded.time
      where excluded.time >= device_statuses.time`
    return [{ query: query.compile(kysely) }]
  }
}

/** In the order of their keys, so that two ingests that record at once cannot wait for each other. */
function inOrder(rows: ReadonlyMap<string, object>): string {
  const keys = [...rows.keys()].sort()
  return JSON.stringify(keys.map((key) => rows.get(key)))
}

function toJsonRow(entry: NewQuarantined, id: string): object {
  const { authority, device, topic, payload, reason, detail, receivedTime } = entry
  return {
    authority,
    id,
    device: device === null ? null : cleanText(device),
    topic: cleanText(topic),
    payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('hex'),
    payloadBytes: payload.byteLength,
    reason,
    detail: cleanText(detail),
    receivedTime,
  }
}
