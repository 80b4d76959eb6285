import type { Payload } from '../client/pack-payloads.ts'

/** A reading, and when it is due. */
export interface TimedPayload {
  /** When it was measured, in ms since 1970. */
  readonly time: number
  /** When the device sends it, in ms since 1970. */
  readonly sentTime: number
  readonly payload: Payload
}

/** From inclusive, to exclusive, both by `sentTime` in ms since 1970; `to` may be Infinity. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The moments of a device that reports every `intervalMs`, `offsetMs` after the full interval. */
export function* reportTimes({ from, to }: Span, intervalMs: number, offsetMs: number): Generator<number> {
  const first = Math.ceil((from - offsetMs) / intervalMs) * intervalMs + offsetMs
  for (let time = first; time < to; time += intervalMs) yield time
}
