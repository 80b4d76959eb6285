/** As `GET …/quarantine` has it. */
export interface Quarantined {
  readonly id: string
  readonly device: string | null
  readonly topic: string
  readonly payload: string
  readonly payloadEncoding: 'utf-8' | 'base64'
  readonly reason: string
  readonly detail: string
  readonly receivedTime: string
}
