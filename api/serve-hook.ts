import { judgeTry, type TryVerdict } from '../alerts/judge-try.ts'
import { timeOfMail } from '../alerts/time-of-mail.ts'
import { wantsEvent } from '../alerts/wants-event.ts'
import type { AlertEvent } from '../model/alert.ts'
import type { Clock } from '../model/clock.ts'
import type { DeliveryStatus, HookDelivery } from '../model/hook.ts'
import type { Random } from '../model/random.ts'
import type { HookOutcome, HookRecord, Registry } from '../registry/registry.ts'
import type { HookSender, SendResult } from './hook-sender.ts'

/** Events that are read at a time; of those for an e-mail the rest goes into the next one. */
const POSTED_PAGE = 100
const MAILED_PAGE = 1_000
/** What waits to be sent together is looked at again so much later: something critical may have come. */
const LOOK_AGAIN_MS = 5_000

export interface HookTurn {
  readonly registry: Registry
  readonly sender: HookSender
  readonly clock: Clock
  readonly random: Random
  /** What has begun is ended, and not kept: it is sent again, under the same id. */
  readonly signal: AbortSignal
  /** Asked before each try: whether there is to be another one. */
  mayGoOn(): Promise<boolean>
}

/** Delivers what waits for a hook, in the order of the events, until nothing does, a try fails, or its turn is over. */
export async function serveHook(record: HookRecord, turn: HookTurn): Promise<void> {
  const isMailed = record.hook.email !== null
  const limit = isMailed ? MAILED_PAGE : POSTED_PAGE
  let current: HookRecord | undefined = record
  while (current) {
    const { authority, position } = current
    const events = await turn.registry.listAlertEvents({ authority, after: position, limit })
    if (events.length === 0) return
    current = await (isMailed ? mailTogether : postEach)(current, events, turn)
  }
}

/** The hook behind these events; undefined where its turn ends before. */
async function postEach(
  record: HookRecord,
  events: readonly AlertEvent[],
  turn: HookTurn,
): Promise<HookRecord | undefined> {
  let current: HookRecord | undefined = record
  for (const event of events) {
    if (!wantsEvent(record.hook, event)) continue
    if (!(await turn.mayGoOn())) return undefined
    const result = await turn.sender.post(current, event, turn.signal)
    current = await settle(current, { events: [event], end: event.sequence, result }, turn)
    if (!current) return undefined
  }
  return leaveOut(current, events, turn)
}

async function mailTogether(
  record: HookRecord,
  events: readonly AlertEvent[],
  turn: HookTurn,
): Promise<HookRecord | undefined> {
  const { registry, clock, sender } = turn
  const { hook, progress, position } = record
  const wanted = events.filter((event) => wantsEvent(hook, event))
  if (wanted.length === 0) return leaveOut(record, events, turn)
  const time = timeOfMail(wanted, progress.deliveredTime)
  if (progress.attempts === 0 && time > clock.now()) {
    const nextTime = Math.min(time, clock.now() + LOOK_AGAIN_MS * clock.speed)
    await registry.recordHookTry(record, { position, nextTime, progress, pauseNote: null, deliveries: [] })
    return undefined
  }
  if (!(await turn.mayGoOn())) return undefined
  const authority = await registry.getAuthority(record.authority)
  const result = await sender.mail(record, wanted, authority)
  return settle(record, { events: wanted, end: lastSequence(events), result }, turn)
}

/** Keeps what came of a try; undefined where nothing is to be tried after it for now. */
async function settle(
  record: HookRecord,
  {
    events,
    end,
    result,
  }: { readonly events: readonly AlertEvent[]; readonly end: number; readonly result: SendResult },
  { registry, clock, random, signal }: HookTurn,
): Promise<HookRecord | undefined> {
  // Cut off by ourselves, which says nothing of the receiver.
  if (signal.aborted && result.problem !== null) return undefined
  const now = clock.now()
  const verdict = judgeTry(record.progress, result, { now, random })
  const isWaiting = verdict.status === 'waiting'
  // Of an e-mail's events, those that came after its first try have had no day of tries yet.
  const settled =
    verdict.status === 'given-up' ? triedFromTheFirst(events, record.progress.triedSince) : events
  const settledEnd = settled.length === events.length ? end : lastSequence(settled)
  const position = isWaiting ? record.position : settledEnd
  const attempts = record.progress.attempts + 1
  const deliveries = settled.map((event) => toDelivery(event, { result, verdict, attempts, now }))
  const { nextTime, progress, pauseNote } = verdict
  const outcome: HookOutcome = { position, nextTime, progress, pauseNote, deliveries }
  if (!(await registry.recordHookTry(record, outcome))) return undefined
  const isOver = isWaiting || pauseNote !== null
  return isOver ? undefined : { ...record, position, nextTime, progress }
}

/** At least the first, whatever the clocks of other processes say. */
function triedFromTheFirst(events: readonly AlertEvent[], triedSince: number | null): readonly AlertEvent[] {
  return events.filter(({ time }, index) => index === 0 || time <= (triedSince ?? time))
}

/** What follows the last event that it wanted, of those that were read. */
async function leaveOut(
  record: HookRecord,
  events: readonly AlertEvent[],
  { registry }: HookTurn,
): Promise<HookRecord | undefined> {
  const position = lastSequence(events)
  if (position === record.position) return record
  const { nextTime, progress } = record
  const outcome: HookOutcome = { position, nextTime, progress, pauseNote: null, deliveries: [] }
  return (await registry.recordHookTry(record, outcome)) ? { ...record, position } : undefined
}

function toDelivery(
  { sequence, type, alert, time }: AlertEvent,
  {
    result: { messageId, statusCode, problem },
    verdict: { status, note },
    attempts,
    now,
  }: {
    readonly result: SendResult
    readonly verdict: TryVerdict & { readonly status: DeliveryStatus }
    readonly attempts: number
    readonly now: number
  },
): HookDelivery {
  return {
    sequence,
    messageId,
    status,
    type,
    alertId: alert.id,
    eventTime: time,
    attempts,
    triedTime: now,
    statusCode,
    problem,
    note,
  }
}

function lastSequence(events: readonly AlertEvent[]): number {
  return events.at(-1)?.sequence ?? 0
}
