/** Why a reading could not be taken. Stable: they are shown, counted and searched for. */
export const REJECTION_REASONS = [
  'not_json',
  'too_large',
  'too_deep',
  'too_many_readings',
  'empty',
  'wrong_type',
  'missing_field',
  'out_of_range',
  'wrong_device',
  'wrong_kind',
  'unknown_device',
  'unknown_topic',
  'not_calibrated',
  'no_echo',
  'clock_wrong',
  'too_old',
  // A message of a LoRaWAN network that somebody made up to try it: nothing was measured.
  'simulated',
  'not_uplink',
  'not_decoded',
  'unknown_port',
  'no_mapping',
  // The first sum of an ever-growing counter: what it grew by is not known before the next one.
  'first_sum',
  'out_of_order',
  'not_cbor',
  'not_senml',
  'refused_by_store',
  // A fault of Kerbside's own: the decoder threw. It is kept, so that it can be replayed once that is mended.
  'decoder_failed',
] as const
export type RejectionReason = (typeof REJECTION_REASONS)[number]

/** Bad data, as a value: it is counted and quarantined, never thrown. */
export interface Rejection {
  readonly reason: RejectionReason
  /** A sentence that names the field, what was sent, and what is allowed. */
  readonly detail: string
}

/** A reading that could not be taken, with what is needed to try again. */
export interface Quarantined {
  readonly id: string
  readonly authority: string
  /** Null where the topic names none. */
  readonly device: string | null
  readonly topic: string
  /** The reading's own part of what was published: one element of an array, or the whole. */
  readonly payload: Uint8Array
  readonly reason: RejectionReason
  readonly detail: string
  /** ms since 1970; the reading's own time too, where it has none. */
  readonly receivedTime: number
}
export type NewQuarantined = Omit<Quarantined, 'id'>
