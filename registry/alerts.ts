import { sql } from 'kysely'
import type { Alert, AlertEvent, AlertEventType } from '../model/alert.ts'
import { formatTime } from '../model/time.ts'
import { recordAudit } from './audit.ts'
import { insertRows } from './insert-rows.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import {
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

const COUNTER = 'alert_event'
const DAY_MS = 86_400_000
const CLEARED_KEPT_MS = 92 * DAY_MS
const CLEARED_MAX = 10_000
/** Longer than hooks are tried. */
const EVENTS_KEPT_MS = 14 * DAY_MS
const EVENTS_MAX = 50_000

export function createAlertRecords(
  context: RegistryContext,
): Pick<
  Registry,
  | 'listAlerts'
  | 'getAlert'
  | 'recordAlerts'
  | 'acknowledgeAlert'
  | 'unacknowledgeAlert'
  | 'listAlertEvents'
  | 'getAlertSequence'
> {
  const { kysely, transact } = context.database
  return {
    async listAlerts(authority, page) {
      let query = kysely.selectFrom('alerts').select(['id', 'document']).where('authority', '=', authority)
      if (page.state === 'open') query = query.where('cleared_time', 'is', null)
      if (page.condition !== undefined) query = query.where('condition', '=', page.condition)
      if (page.device !== undefined) query = query.where('device', '=', page.device)
      if (page.after !== undefined) query = query.where('id', '<', page.after)
      const rows = await query
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute()
      return listPage(rows, page, toAlert, (row) => row.id)
    },

    async getAlert(authority, id) {
      const row = await kysely
        .selectFrom('alerts')
        .select('document')
        .where('authority', '=', authority)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw notFound('alert', id)
      return toAlert(row)
    },

    recordAlerts(authority, { raised, cleared }, time) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const changes = [
          ...(await clearAlerts(transaction, authority, cleared, time)),
          ...(await raiseAlerts(transaction, context, { authority, raised, time })),
        ]
        return recordEvents(transaction, authority, changes, time)
      })
    },

    acknowledgeAlert(authority, id, { by, note }, actor) {
      const acknowledgedTime = formatTime(context.clock.now())
      const changes = { acknowledgedTime, acknowledgedBy: by, note }
      return change(authority, id, { type: 'acknowledged', action: 'alert.acknowledge', changes, actor })
    },

    unacknowledgeAlert(authority, id, actor) {
      const changes = { acknowledgedTime: null, acknowledgedBy: null, note: null }
      return change(authority, id, { type: 'unacknowledged', action: 'alert.unacknowledge', changes, actor })
    },

    async listAlertEvents({ authority, after, limit }) {
      let query = kysely.selectFrom('alert_events').selectAll().where('sequence', '>', after)
      if (authority !== undefined) query = query.where('authority', '=', authority)
      const rows = await query.orderBy('sequence').limit(limit).execute()
      return rows.map(({ alert, ...row }): AlertEvent => ({ ...row, alert: JSON.parse(alert) }))
    },

    async getAlertSequence() {
      const row = await kysely
        .selectFrom('counters')
        .select('value')
        .where('name', '=', COUNTER)
        .executeTakeFirst()
      return row?.value ?? 0
    },
  }

  function change(
    authority: string,
    id: string,
    {
      type,
      action,
      changes,
      actor,
    }: {
      readonly type: AlertEventType
      readonly action: string
      readonly changes: Pick<Alert, 'acknowledgedTime' | 'acknowledgedBy' | 'note'>
      readonly actor: string
    },
  ): Promise<Alert> {
    return transact(async (transaction) => {
      await lockAuthority(transaction, authority)
      const row = await transaction
        .selectFrom('alerts')
        .select('document')
        .where('authority', '=', authority)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw notFound('alert', id)
      const before = toAlert(row)
      // Taken back already: nothing happens.
      if (changes.acknowledgedTime === null && before.acknowledgedTime === null) return before
      const alert: Alert = { ...before, ...changes }
      await transaction
        .updateTable('alerts')
        .set({ document: JSON.stringify(alert) })
        .where('authority', '=', authority)
        .where('id', '=', id)
        .execute()
      await recordEvents(transaction, authority, [{ type, alert }], context.clock.now())
      const { condition, device } = alert
      const detail = { condition, device, note: changes.note }
      await recordAudit(transaction, context, [{ authority, actor, action, target: id, detail }])
      return alert
    })
  }
}

type AlertChange = Pick<AlertEvent, 'type' | 'alert'>

async function clearAlerts(
  transaction: RegistryTransaction,
  authority: string,
  ids: readonly string[],
  time: number,
): Promise<AlertChange[]> {
  const changes: AlertChange[] = []
  for (const id of ids) {
    const row = await transaction
      .updateTable('alerts')
      .set({ cleared_time: time })
      .where('authority', '=', authority)
      .where('id', '=', id)
      .where('cleared_time', 'is', null)
      .returning('document')
      .executeTakeFirst()
    if (!row) continue
    const alert: Alert = { ...toAlert(row), clearedTime: formatTime(time) }
    await transaction
      .updateTable('alerts')
      .set({ document: JSON.stringify(alert) })
      .where('authority', '=', authority)
      .where('id', '=', id)
      .execute()
    changes.push({ type: 'cleared', alert })
  }
  return changes
}

async function raiseAlerts(
  transaction: RegistryTransaction,
  { nextId }: RegistryContext,
  { authority, raised, time }: { authority: string; raised: readonly NewAlertOf[]; time: number },
): Promise<AlertChange[]> {
  const changes: AlertChange[] = []
  for (const fields of raised) {
    const alert: Alert = {
      id: nextId(),
      ...fields,
      raisedTime: formatTime(time),
      clearedTime: null,
      acknowledgedTime: null,
      acknowledgedBy: null,
      note: null,
    }
    const row = await transaction
      .insertInto('alerts')
      .values({
        authority,
        id: alert.id,
        condition: alert.condition,
        device: alert.device ?? '',
        cleared_time: null,
        document: JSON.stringify(alert),
      })
      // It is open already.
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (row) changes.push({ type: 'raised', alert })
  }
  return changes
}

type NewAlertOf = Parameters<Registry['recordAlerts']>[1]['raised'][number]

/** The counter's row is locked until the transaction ends, so that events become visible in the order of their sequence. */
async function recordEvents(
  transaction: RegistryTransaction,
  authority: string,
  changes: readonly AlertChange[],
  time: number,
): Promise<readonly AlertEvent[]> {
  if (changes.length === 0) return []
  const { value } = await transaction
    .insertInto('counters')
    .values({ name: COUNTER, value: changes.length })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ value: sql<number>`counters.value + excluded.value` }),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  const first = value - changes.length + 1
  const events = changes.map((change, index) => ({ ...change, sequence: first + index, authority, time }))
  await insertRows(
    transaction,
    'alert_events',
    events.map(({ alert, ...event }) => ({ ...event, alert: JSON.stringify(alert) })),
  )
  return events
}

/** What is open stays however long it is. */
export async function trimAlerts(transaction: RegistryTransaction, now: number): Promise<void> {
  await transaction
    .deleteFrom('alerts')
    .where('cleared_time', '<', now - CLEARED_KEPT_MS)
    .execute()
  await transaction
    .deleteFrom('alert_events')
    .where('time', '<', now - EVENTS_KEPT_MS)
    .execute()
  const crowded = await sql<{ authority: string }>`
    select authority from alerts where cleared_time is not null
    group by authority having count(*) > ${CLEARED_MAX}`.execute(transaction)
  for (const { authority } of crowded.rows) {
    await sql`
      delete from alerts where authority = ${authority} and cleared_time is not null and id <= (
        select id from alerts where authority = ${authority} and cleared_time is not null
        order by id desc limit 1 offset ${CLEARED_MAX}
      )`.execute(transaction)
  }
  const told = await sql<{ authority: string }>`
    select authority from alert_events group by authority having count(*) > ${EVENTS_MAX}`.execute(
    transaction,
  )
  for (const { authority } of told.rows) {
    await sql`
      delete from alert_events where authority = ${authority} and sequence <= (
        select sequence from alert_events where authority = ${authority}
        order by sequence desc limit 1 offset ${EVENTS_MAX}
      )`.execute(transaction)
  }
}

function toAlert({ document }: Pick<RegistryTables['alerts'], 'document'>): Alert {
  return JSON.parse(document)
}
