import type { ServiceAlert } from './service-alert.ts'
import type { ServiceChange } from './service-change.ts'

/** What an authority's operators enter about its public transport; the registry keeps both kinds alike. */
export interface ServiceNoticeOf {
  'service-alerts': ServiceAlert
  'service-changes': ServiceChange
}
export type ServiceNoticeKind = keyof ServiceNoticeOf
