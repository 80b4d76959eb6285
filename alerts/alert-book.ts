import type { Alert, AlertEvent, NewAlert } from '../model/alert.ts'
import type { AlertCondition } from '../model/alert-condition.ts'
import type { Device } from '../model/device.ts'
import type { Judgement, Trouble } from './outcome.ts'

/** What there is to record. */
interface AlertChanges {
  readonly raised: readonly NewAlert[]
  /** Ids. */
  readonly cleared: readonly string[]
  /** How many more would have been raised, were not so many open. */
  readonly withheld: number
}

/**
 * Which alerts of an authority are open, so that trouble raises one once. It believes what was recorded and not what it asked
 * for: what could not be recorded is asked for again.
 */
export interface AlertBook {
  isOpen(condition: AlertCondition, device: string | null): boolean
  /** What outcomes change; an alert of a device that is gone is cleared. */
  settle(judgements: readonly Judgement[], isThere: (device: string) => boolean): AlertChanges
  /** What was recorded. */
  take(events: readonly AlertEvent[]): void
  /** What is open, where another process has recorded something, too. */
  replace(open: readonly Alert[]): void
}

/** Open alerts of an authority; those beyond it are raised once others clear, critical ones before the others. */
export const OPEN_ALERTS_MAX = 1_000

export function createAlertBook(open: readonly Alert[]): AlertBook {
  let ids = byKey(open)

  return {
    isOpen: (condition, device) => ids.has(keyOf(condition, device)),
    settle(judgements, isThere) {
      const cleared = new Set<string>()
      for (const { id, device } of ids.values()) if (device !== null && !isThere(device)) cleared.add(id)
      const troubles = new Map<string, NewAlert>()
      for (const { condition, device, outcome } of judgements) {
        if (outcome === 'unsure') continue
        const key = keyOf(condition, device?.id ?? null)
        const known = ids.get(key)
        if (outcome === 'well') {
          if (known) cleared.add(known.id)
        } else if (!known) troubles.set(key, toAlert(condition, device, outcome))
      }
      const room = Math.max(0, OPEN_ALERTS_MAX - (ids.size - cleared.size))
      const wanted = [...troubles.values()]
      const raised =
        wanted.length <= room
          ? wanted
          : wanted.toSorted((a, b) => rankOf(a.severity) - rankOf(b.severity)).slice(0, room)
      return { raised, cleared: [...cleared], withheld: wanted.length - raised.length }
    },
    replace(next) {
      ids = byKey(next)
    },
    take(events) {
      for (const { alert } of events) {
        const key = keyOf(alert.condition, alert.device)
        if (alert.clearedTime === null) ids.set(key, alert)
        else if (ids.get(key)?.id === alert.id) ids.delete(key)
      }
    },
  }
}

function byKey(alerts: readonly Alert[]): Map<string, Alert> {
  return new Map(alerts.map((alert) => [keyOf(alert.condition, alert.device), alert]))
}

function toAlert(
  condition: AlertCondition,
  device: Device | null,
  { severity, summary, detail }: Trouble,
): NewAlert {
  return {
    condition,
    severity,
    kind: device?.kind ?? null,
    device: device?.id ?? null,
    deviceName: device?.name ?? null,
    longitude: device?.longitude ?? null,
    latitude: device?.latitude ?? null,
    summary,
    detail,
  }
}

function keyOf(condition: AlertCondition, device: string | null): string {
  return `${condition}/${device ?? ''}`
}

function rankOf(severity: Trouble['severity']): number {
  return severity === 'critical' ? 0 : 1
}
