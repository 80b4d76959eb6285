/** What passengers at a stop are to know beside its departures. Times are ms since 1970. */
export interface StopNotice {
  /** The same for as long as it is told of, whatever its text. */
  readonly id: string
  /** At least one, by its ISO 639-1 code. */
  readonly texts: readonly { readonly language: string; readonly text: string }[]
  /** Null where it holds from ever, or for ever. */
  readonly startTime: number | null
  readonly endTime: number | null
  readonly isEmergency: boolean
  /** What it is about; null for all of the stop. */
  readonly departureId: string | null
}
