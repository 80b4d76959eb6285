/** accepted = stored + quarantined + pending: all count readings, and survive restarts. */
export interface Balance {
  readonly accepted: number
  readonly stored: number
  readonly quarantined: number
  readonly pending: number
  /** How long ago the oldest pending reading was received; 0 where none is pending. */
  readonly lagSeconds: number
}
