import type { Generated } from 'kysely'
import type { AlertEventType } from '../model/alert.ts'
import type { AlertCondition } from '../model/alert-condition.ts'
import type { ReportService, ReportStatus } from '../model/citizen-report.ts'
import type { Kind } from '../model/device.ts'
import type { KeyRequestState } from '../model/key-request.ts'
import type { RejectionReason } from '../model/rejection.ts'
import type { ServiceNoticeKind } from '../model/service-notice.ts'
import type { Share, ShareAccess } from '../model/share.ts'
import type { SiteKind } from '../model/site.ts'
import type { Network } from '../model/uplink.ts'
import type { RoundStage } from './registry.ts'

// The tables as Kysely sees them; the comments are in the migration that makes them. Times are ms since 1970, booleans
// are 0 and 1, lists and objects are JSON text.

export interface RegistryTables {
  authorities: {
    id: string
    name: string
    time_zone: string
    published: string
    licence: string | null
    attribution: string | null
    publication: string | null
    incarnation: Generated<string>
  }
  devices: {
    authority: string
    id: string
    kind: Kind
    name: string | null
    longitude: number | null
    latitude: number | null
    uprn: string | null
    usrn: string | null
    stop_ids: string
    settings: string
    password_hash: Uint8Array
  }
  device_changes: { authority: string; device_id: string; version: number; time: number; is_deleted: number }
  revocations: { version: number; authority: string; key_hash: string | null; time: number }
  counters: { name: string; value: number }
  device_statuses: { authority: string; kind: Kind; device: string; is_online: number; time: number }
  keys: {
    id: string
    authority: string | null
    name: string
    scopes: string
    hash: string
    created_time: number
    requests_per_minute: number | null
  }
  key_requests: {
    authority: string
    id: string
    state: KeyRequestState
    name: string
    contact: string | null
    purpose: string | null
    token_hash: string
    created_time: number
    decided_time: number | null
    requests_per_minute: number | null
    key_id: string | null
  }
  key_usage: { authority: string; key_id: string; date: string; requests: number; refused: number }
  audit: {
    id: string
    authority: string | null
    time: number
    actor: string
    action: string
    target: string
    detail: string
    is_earlier: Generated<number>
  }
  sites: { authority: string; kind: SiteKind; id: string; document: string }
  service_notices: {
    authority: string
    kind: ServiceNoticeKind
    id: string
    version: string
    document: string
  }
  rounds: {
    authority: string
    id: string
    created_time: number
    document: string
    revision: Generated<number>
  }
  round_jobs: {
    authority: string
    id: string
    stage: RoundStage
    created_time: number
    owner: Generated<string | null>
    lease_until: Generated<number>
    attempts: Generated<number>
    is_cancelled: Generated<number>
    progress: Generated<string | null>
  }
  timetables: {
    authority: string
    id: string
    version: string
    hash: string
    bytes: number
    warnings: number
    imported_time: number
    made_current_time: number
    is_current: Generated<number>
    is_complete: Generated<number>
  }
  timetable_chunks: { authority: string; id: string; number: number; content: Uint8Array }
  receipt_times: {
    authority: string
    device: string
    next_time: number
    free_time: number
    slots: number
  }
  transit_memories: { authority: string; name: string; bytes: Uint8Array }
  connections: {
    authority: string
    id: string
    version: string
    document: string
    sealed: Uint8Array | null
    state: Generated<string | null>
    feed: Generated<Uint8Array | null>
    feed_time: Generated<number | null>
  }
  mappings: {
    authority: string
    id: string
    version: number
    created_time: number
    change: number
    is_current: number
    document: string
  }
  found_devices: {
    authority: string
    dev_eui: string
    connection: string
    network: Network
    name: string | null
    mapping: string | null
    first_time: number
    last_time: number
    uplinks: number
    sample: string | null
    is_ignored: number
  }
  alerts: {
    authority: string
    id: string
    condition: AlertCondition
    device: string
    cleared_time: number | null
    document: string
  }
  alert_events: { sequence: number; authority: string; type: AlertEventType; alert: string; time: number }
  hooks: {
    authority: string
    id: string
    version: string
    document: string
    sealed: Uint8Array | null
    position: number
    next_time: number
    progress: string
    paused_time: number | null
    pause_note: string | null
  }
  hook_deliveries: {
    authority: string
    hook: string
    sequence: number
    tried_time: number
    document: string
  }
  shares: {
    id: string
    granting: string
    receiving: string
    receiving_incarnation: string | null
    dataset: string
    purpose: Share['purpose']
    from_time: number
    until_time: number
    created_time: number
    ended_time: number | null
    ended_by: string | null
    access_count: number
  }
  share_accesses: {
    share: string
    number: number
    time: number
    use: ShareAccess['use']
    actor: string
    target: string | null
    round: string | null
    count: number
  }
  citizen_reports: {
    authority: string
    id: string
    service: ReportService
    status: ReportStatus
    device: string | null
    duplicate_of: string | null
    requested_time: number
    updated_time: number
    closed_time: number | null
    longitude: number | null
    latitude: number | null
    voices: number
    document: string
    words: string | null
    contact: string | null
  }
  collections: {
    authority: string
    id: string
    document: string
    revision: number
    changed_time: number
  }
  collection_uprns: { authority: string; uprn: string; collection: string }
  report_settings: { authority: string; document: string }
  leases: { name: string; owner: string; until: number }
  sources: { id: string; position: number }
  source_counts: {
    authority: string
    source: string
    accepted: number
    accepted_before: number
    stored: number
    quarantined: number
    oldest_pending_time: number | null
  }
  counter_sums: { authority: string; device: string; part: string; time: number; document: string }
  sequences: { authority: string; device: string; sequence: number; hash: string; time: number }
  quarantine: {
    authority: string
    id: string
    source: string
    device: string | null
    topic: string
    payload: Uint8Array
    payload_bytes: number
    reason: RejectionReason
    detail: string
    received_time: number
  }
}
