import { z } from 'zod'
import { requestsPerMinuteSchema } from './key.ts'

/**
 * `collected` once the applicant has its key. An undecided request is kept for 30 days, a decided one for 30 days more, and
 * one whose key was collected for 365 days, or until the key is revoked.
 */
export const KEY_REQUEST_STATES = ['open', 'approved', 'collected', 'rejected'] as const
export type KeyRequestState = (typeof KEY_REQUEST_STATES)[number]

/** What somebody who wants a key says of themselves. */
export const newKeyRequestSchema = z.object({
  /** Of the app. */
  name: z.string().min(1).max(200),
  /** An address at which they are reached, most of all by e-mail. */
  contact: z.string().min(3).max(200),
  purpose: z.string().min(1).max(2_000),
})
export type NewKeyRequest = z.infer<typeof newKeyRequestSchema>

export const approvalSchema = z.object({ requestsPerMinute: requestsPerMinuteSchema.default(600) })

export type KeyRequestDecision =
  | { readonly isApproved: true; readonly requestsPerMinute: number }
  | { readonly isApproved: false }

/** Times are ms since 1970. */
export interface KeyRequest {
  readonly id: string
  readonly state: KeyRequestState
  readonly name: string
  /** Null once it is rejected, as `purpose`. */
  readonly contact: string | null
  readonly purpose: string | null
  readonly createdTime: number
  readonly decidedTime: number | null
  /** Of the key that it is given; null before it is approved. */
  readonly requestsPerMinute: number | null
  /** Null until the key is collected. */
  readonly keyId: string | null
}
