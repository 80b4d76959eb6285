import { type AlertBook, createAlertBook } from '../../alerts/alert-book.ts'
import { createTownWatch, type TownContext, type TownWatch } from '../../alerts/town-watch.ts'
import { createUsualIntervals } from '../../alerts/usual-intervals.ts'
import type { Alert } from '../../model/alert.ts'
import { type Device, type Kind, newDeviceSchema } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import { formatTime } from '../../model/time.ts'

export const START = Date.parse('2026-02-16T00:00:00Z')
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS

/** Devices that are looked at whenever a test says so; it tells what was raised (`+`) and cleared (`-`). */
export interface WatchedDevices {
  readonly watch: TownWatch
  readonly book: AlertBook
  send(device: string, time: number, fields?: Reading['fields']): void
  look(time: number, context?: Partial<TownContext>): string[]
  /** Of those that are open. */
  readonly open: ReadonlyMap<string, Alert>
}

export function createDevice(id: string, kind: Kind, settings: Device['settings'] = {}): Device {
  return newDeviceSchema.parse({ id, kind, settings })
}

export function watchDevices(devices: readonly Device[]): WatchedDevices {
  const watch = createTownWatch(createUsualIntervals())
  watch.setDevices(devices)
  const book = createAlertBook([])
  const kinds = new Map(devices.map(({ id, kind }) => [id, kind]))
  const open = new Map<string, Alert>()
  let sequence = 0
  return {
    watch,
    book,
    open,
    send(device, time, fields = {}) {
      const kind = kinds.get(device) as Kind
      watch.take({ authority: 'alpha', kind, device, part: '', time, receivedTime: time, fields })
    },
    look(time, context = {}) {
      const judgements = watch.judge({
        now: time,
        isBehind: false,
        isOpen: book.isOpen,
        forecastOf: () => undefined,
        reportOf: () => undefined,
        usualHoursOf: () => undefined,
        signOf: () => undefined,
        ...context,
      })
      const { raised, cleared } = book.settle(judgements, watch.hasDevice)
      const event = { authority: 'alpha', sequence: 0, time }
      const told: string[] = []
      for (const fields of raised) {
        const alert: Alert = {
          id: String(++sequence),
          ...fields,
          raisedTime: formatTime(time),
          clearedTime: null,
          acknowledgedTime: null,
          acknowledgedBy: null,
          note: null,
        }
        open.set(alert.id, alert)
        book.take([{ ...event, type: 'raised', alert }])
        told.push(`+${alert.condition} ${alert.device ?? ''}`.trimEnd())
      }
      for (const id of cleared) {
        const alert = { ...(open.get(id) as Alert), clearedTime: formatTime(time) }
        open.delete(id)
        book.take([{ ...event, type: 'cleared', alert }])
        told.push(`-${alert.condition} ${alert.device ?? ''}`.trimEnd())
      }
      return told
    },
  }
}
