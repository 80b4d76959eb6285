import type { ServiceAlert } from './service-alert.ts'
import type { ServiceChange } from './service-change.ts'
import type { Works } from './works.ts'

/** What an authority's operators tell the public, about its public transport and its streets; the registry keeps all kinds alike. */
export interface ServiceNoticeOf {
  'service-alerts': ServiceAlert
  'service-changes': ServiceChange
  works: Works
}
export type ServiceNoticeKind = keyof ServiceNoticeOf
