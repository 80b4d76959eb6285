import type { Alert, AlertEvent, NewAlert } from '../model/alert.ts'
import type { AlertCondition } from '../model/alert-condition.ts'
import type { Authority, AuthorityPatch, NewAuthority } from '../model/authority.ts'
import type { Balance } from '../model/balance.ts'
import type {
  CitizenReport,
  NewCitizenReport,
  OpenReport,
  ReportPatch,
  ReportReading,
  ReportService,
  ReportStatus,
  ReportVoice,
} from '../model/citizen-report.ts'
import type { Collection, CollectionRecord } from '../model/collection.ts'
import type { Connection, ConnectionState } from '../model/connection.ts'
import type { Device, DevicePatch, Kind, NewDevice } from '../model/device.ts'
import type { Finding, FoundDevice } from '../model/found-device.ts'
import type { Hook, HookDelivery, HookProgress } from '../model/hook.ts'
import type { Key, NewKey } from '../model/key.ts'
import type { KeyRequest, KeyRequestDecision, KeyRequestState, NewKeyRequest } from '../model/key-request.ts'
import type { Mapping, NewMapping } from '../model/mapping.ts'
import type { Page, PageQuery } from '../model/page.ts'
import type { FieldValue } from '../model/reading.ts'
import type { NewQuarantined, Quarantined, RejectionReason } from '../model/rejection.ts'
import type { ReportSettings } from '../model/report-settings.ts'
import type { Round } from '../model/round.ts'
import type { ServiceNoticeKind, ServiceNoticeOf } from '../model/service-notice.ts'
import type { Share, ShareAccess } from '../model/share.ts'
import type { SiteKind, SiteOf } from '../model/site.ts'

/** A device with what the broker needs to know it by. */
export interface DeviceRecord {
  readonly authority: string
  readonly device: Device
  /** SHA-256 of the password: passwords are random 128-bit secrets, so no slow hash is needed. */
  readonly passwordHash: Uint8Array
}

export interface DeviceChange {
  /** Grows with every change of any device of any authority. */
  readonly version: number
  readonly authority: string
  readonly deviceId: string
  /** Undefined where the device was deleted. */
  readonly record: DeviceRecord | undefined
}

/** A key that is none any more. */
export interface Revocation {
  /** Of the versions of device changes: in the order in which they became true. */
  readonly version: number
  readonly authority: string
  /** SHA-256 of the key, hexadecimal; null where the authority was deleted, and all of its keys with it. */
  readonly keyHash: string | null
}

/** Whose key it is: `authority` is null for the installation's own. */
interface KeyRecord {
  readonly authority: string | null
  readonly key: Key
}

interface AuditEntry {
  readonly id: string
  /** ms since 1970 */
  readonly time: number
  /** The key that did it, by id, or `installation`. */
  readonly actor: string
  /** Such as `device.create`. */
  readonly action: string
  readonly target: string
  /** What was changed, without secrets; JSON. */
  readonly detail: unknown
}

/** That a device said it was there, or its last will that it is not. */
export interface DeviceStatus {
  readonly authority: string
  readonly kind: Kind
  readonly device: string
  readonly isOnline: boolean
  /** ms since 1970, when it was received */
  readonly time: number
}

/** A reading without a time of its own but with a sequence number, remembered for 24 hours to know a resend by. */
export interface SeenSequence {
  readonly authority: string
  readonly device: string
  readonly sequence: number
  /** SHA-256 of the reading's canonical content, hexadecimal, 32 digits are enough. */
  readonly hash: string
  /** The time that the reading was given, in ms since 1970. */
  readonly time: number
}

/** An ever-growing sum, and after how many bits it begins at 0 again, where that is known. */
export interface CounterSum {
  readonly sum: number
  readonly bits: number | undefined
}

/** What a part of a counter said at a time, kept so that what it counted since is known. */
export interface CounterSums {
  readonly authority: string
  readonly device: string
  /** As in a reading. */
  readonly part: string
  /** ms since 1970 */
  readonly time: number
  /** By the field of a reading that they become. */
  readonly sums: Readonly<Record<string, CounterSum>>
  /** What else it measured. */
  readonly fields: Readonly<Record<string, FieldValue>>
  /** That nothing before it has been counted. */
  readonly isFirst: boolean
}

/** What became of a batch of messages of one source. */
export interface IngestOutcome {
  /** MessageSource.id */
  readonly source: string
  /** The position of the batch's last message; undefined where the source keeps none. */
  readonly position: number | undefined
  /** The position that was recorded before the batch's first message; undefined where none was. */
  readonly followsPosition?: number | undefined
  readonly counts: readonly { authority: string; stored: number; quarantined: number }[]
  readonly quarantined: readonly NewQuarantined[]
  readonly sequences: readonly SeenSequence[]
  readonly counterSums?: readonly CounterSums[]
  readonly statuses: readonly DeviceStatus[]
}

/** Milliseconds that an ingest needs for readings of a device that tell no time of their own. */
export interface ReceiptClaim {
  readonly authority: string
  readonly device: string
  /** When the last of the messages was received, in ms since 1970. */
  readonly latestTime: number
  /** How many ms its readings take altogether. */
  readonly slots: number
}

export interface AcceptedReport {
  readonly authority: string
  /** Readings ever accepted from the source: a total, not a step. */
  readonly accepted: number
  /** When the oldest pending one was received, in ms since 1970; null where none is. */
  readonly oldestPendingTime: number | null
}

interface SourceCounts {
  readonly authority: string
  /** A total, as it was reported, or what it has brought, where that is more. */
  readonly accepted: number
  /** What of it earlier authorities of the same id had stored or quarantined. */
  readonly acceptedBefore: number
  readonly stored: number
  readonly quarantined: number
}

/** What is to be done for a round: to plan it, then to write it to the store as a measurement. */
export type RoundStage = 'solve' | 'record'

/** That a process, `owner`, does what is to be done for a round, for as long as it renews this. */
export interface RoundLease {
  readonly authority: string
  readonly id: string
  readonly owner: string
  /** Counted from 1: how often it was begun. */
  readonly attempt: number
}

/** A round whose planning somebody waits for. */
interface RoundJob {
  readonly authority: string
  readonly id: string
  /** Whether a process has it; otherwise it waits for one. */
  readonly isSolving: boolean
  /** As it was told by the last renewal. */
  readonly progress: unknown
}

/** A system that an authority is connected to, as it is kept. */
export interface ConnectionRecord {
  readonly authority: string
  /** Another one after each change of what was set up. */
  readonly version: string
  readonly connection: Connection
  /** Its credentials, encrypted; null where it has none. */
  readonly sealed: Uint8Array | null
  /** Null where it was not tried yet. */
  readonly state: ConnectionState | null
}

/** How a maker's payloads were read from a time on, in ms since 1970. */
export interface MappingVersion {
  readonly mapping: Mapping
  readonly createdTime: number
}

/** Who an authority has told of its alerts, as it is kept. */
export interface HookRecord {
  readonly authority: string
  /** Another one after each change by somebody. */
  readonly version: string
  readonly hook: Hook
  /** Its signing secrets, encrypted; null where it has none. */
  readonly sealed: Uint8Array | null
  /** Of the authority's alert events, those up to this sequence are done with. */
  readonly position: number
  /** Before then, in ms since 1970, nothing is tried. */
  readonly nextTime: number
  readonly progress: HookProgress
  /** ms since 1970; null where it is not paused. */
  readonly pausedTime: number | null
  /** Null where somebody paused it. */
  readonly pauseNote: string | null
}

/** What came of trying to deliver what is next at a hook, or of leaving out what it does not want. */
export interface HookOutcome {
  readonly position: number
  readonly nextTime: number
  readonly progress: HookProgress
  /** Why it is paused from now on; null where it is not. */
  readonly pauseNote: string | null
  readonly deliveries: readonly HookDelivery[]
}

/** A version of an authority's timetable. */
export interface TimetableVersion {
  readonly id: string
  /** The feed's own name of it. */
  readonly version: string
  /** SHA-256 of the zip, hexadecimal. */
  readonly hash: string
  readonly bytes: number
  /** How many there were when it was imported. */
  readonly warnings: number
  /** ms since 1970 */
  readonly importedTime: number
  /** When it last became the current one, in ms since 1970. */
  readonly madeCurrentTime: number
  readonly isCurrent: boolean
}

/** What was asked with a key on a day in UTC, such as 2026-02-16. */
interface KeyUsageDay {
  readonly date: string
  readonly requests: number
  /** Of them, those beyond the key's limit. */
  readonly refused: number
}

export interface KeyUsageCount extends KeyUsageDay {
  readonly keyId: string
}

/** Which reports are listed; those that were attached to others never are. */
export interface ReportFilter {
  readonly ids?: readonly string[] | undefined
  readonly services?: readonly ReportService[] | undefined
  readonly status?: ReportStatus | undefined
  readonly deviceId?: string | undefined
  readonly isJoined?: boolean | undefined
  /** When they were made, in ms since 1970; both ends count. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export interface QuarantineFilter {
  readonly reason?: RejectionReason | undefined
  readonly device?: string | undefined
}

/**
 * What the installation knows besides readings. Every change is audited with its actor. *get* and changes reject with
 * NOT_FOUND where the thing is not there, *find* resolves with undefined; creating what exists rejects with
 * ALREADY_EXISTS; a database that is away, with REGISTRY_UNAVAILABLE. Every method is one transaction. Things of an
 * authority are never found through another one. All lists are in the order of their ids.
 */
export interface Registry {
  listAuthorities(page: PageQuery): Promise<Page<Authority>>
  getAuthority(id: string): Promise<Authority>
  /** What tells it from an earlier authority of its id. */
  getIncarnation(id: string): Promise<string>
  createAuthority(authority: NewAuthority, actor: string): Promise<Authority>
  updateAuthority(id: string, patch: AuthorityPatch, actor: string): Promise<Authority>
  /** Removes all that the registry keeps for it, its audit excepted. */
  deleteAuthority(id: string, actor: string): Promise<void>

  listDevices(authority: string, page: PageQuery & { kind?: Kind | undefined }): Promise<Page<Device>>
  findDevice(authority: string, id: string): Promise<Device | undefined>
  getDevice(authority: string, id: string): Promise<Device>
  /** All or none; resolves with each device's password, which is not kept and never shown again. */
  createDevices(
    authority: string,
    devices: readonly NewDevice[],
    actor: string,
  ): Promise<readonly { device: Device; password: string }[]>
  /** Rejects with INVALID_REQUEST and its faults where the settings that result are not allowed. */
  updateDevice(authority: string, id: string, patch: DevicePatch, actor: string): Promise<Device>
  deleteDevice(authority: string, id: string, actor: string): Promise<void>
  /** A new password; the old one ends at once. */
  rotateCredentials(authority: string, id: string, actor: string): Promise<{ password: string }>
  /** Changes after a version, oldest first, at most `limit`; of several of one device only the last is there. */
  listDeviceChanges(afterVersion: number, limit: number): Promise<readonly DeviceChange[]>
  listDeviceStatuses(authority: string): Promise<readonly DeviceStatus[]>

  listKeys(authority: string, page: PageQuery): Promise<Page<Key>>
  createKey(authority: string, key: NewKey, actor: string): Promise<{ key: Key; secret: string }>
  deleteKey(authority: string, id: string, actor: string): Promise<void>
  /** Authorities' keys that were revoked after a version, oldest first, at most `limit`. */
  listRevocations(afterVersion: number, limit: number): Promise<readonly Revocation[]>
  /** By the secret itself, compared by its hash. */
  findKey(secret: string): Promise<KeyRecord | undefined>
  /** Makes the installation's key where there is none yet, resolving with its secret, once; otherwise undefined. */
  createInstallationKey(): Promise<string | undefined>
  /** Replaces the installation's key by this secret, or by a new one, which it resolves with. */
  setInstallationKey(secret?: string): Promise<string>

  /** Oldest first, those that nobody has decided on yet, or all. */
  listKeyRequests(
    authority: string,
    page: PageQuery & { state?: KeyRequestState | undefined },
  ): Promise<Page<KeyRequest>>
  /** With the token by which the applicant hears of it, which is not kept; BUSY where `openMax` are open already. */
  createKeyRequest(
    authority: string,
    request: NewKeyRequest,
    openMax: number,
  ): Promise<{ request: KeyRequest; token: string }>
  /** CONFLICT where it was decided on already. Of one that is rejected, contact and purpose are deleted at once. */
  decideKeyRequest(
    authority: string,
    id: string,
    decision: KeyRequestDecision,
    actor: string,
  ): Promise<KeyRequest>
  /**
   * By its token: one that was approved is given its key, whose secret this resolves with once, and never again. NOT_FOUND
   * where the token is another one.
   */
  collectKey(authority: string, id: string, token: string): Promise<{ request: KeyRequest; secret?: string }>

  /** Adds to what is counted; of keys that are gone nothing is kept. */
  addKeyUsage(counts: readonly KeyUsageCount[]): Promise<void>
  /** The newest day first; NOT_FOUND where there is no such key. */
  listKeyUsage(authority: string, keyId: string): Promise<readonly KeyUsageDay[]>

  /** Entries of earlier authorities of the same id are left out unless `includesEarlier`. */
  listAudit(
    authority: string,
    page: PageQuery & { includesEarlier?: boolean | undefined },
  ): Promise<Page<AuditEntry>>

  listSites<K extends SiteKind>(authority: string, kind: K, page: PageQuery): Promise<Page<SiteOf[K]>>
  getSite<K extends SiteKind>(authority: string, kind: K, id: string): Promise<SiteOf[K]>
  /** A lorry's depot has to be there: otherwise INVALID_REQUEST with its fault, here and where it is replaced. */
  createSite<K extends SiteKind>(authority: string, kind: K, site: SiteOf[K], actor: string): Promise<void>
  /** Replaces it. */
  updateSite<K extends SiteKind>(authority: string, kind: K, site: SiteOf[K], actor: string): Promise<void>
  /** A depot that lorries use is not deleted: CONFLICT, which names them. */
  deleteSite(authority: string, kind: SiteKind, id: string, actor: string): Promise<void>

  /** When each of a kind was entered, or replaced last, by its id; in ms since 1970. */
  listServiceNoticeTimes(authority: string, kind: ServiceNoticeKind): Promise<ReadonlyMap<string, number>>
  listServiceNotices<K extends ServiceNoticeKind>(
    authority: string,
    kind: K,
    page: PageQuery,
  ): Promise<Page<ServiceNoticeOf[K]>>
  getServiceNotice<K extends ServiceNoticeKind>(
    authority: string,
    kind: K,
    id: string,
  ): Promise<ServiceNoticeOf[K]>
  /** CONFLICT where an authority has 1,000 of the kind already. */
  createServiceNotice<K extends ServiceNoticeKind>(
    authority: string,
    kind: K,
    notice: ServiceNoticeOf[K],
    actor: string,
  ): Promise<void>
  /** Replaces it. */
  updateServiceNotice<K extends ServiceNoticeKind>(
    authority: string,
    kind: K,
    notice: ServiceNoticeOf[K],
    actor: string,
  ): Promise<void>
  deleteServiceNotice(authority: string, kind: ServiceNoticeKind, id: string, actor: string): Promise<void>
  /** Another one after any change of an authority's notices. */
  getServiceNoticesVersion(authority: string): Promise<string>

  /** Newest first. Where a round that a page ended with is gone meanwhile, the next page goes on after its place. */
  listRounds(authority: string, page: PageQuery): Promise<Page<Round>>
  getRound(authority: string, id: string): Promise<Round>
  /**
   * One that is queued is to be planned: `claimRound` gives it out. Rejects with NOT_FOUND where the authority is not, or
   * is no more, the one of this incarnation, and with BUSY where `unfinishedMax` of its rounds are unfinished already.
   */
  createRound(
    authority: string,
    round: Round,
    limits?: { readonly incarnation?: string; readonly unfinishedMax?: number },
  ): Promise<void>
  /**
   * Replaces a round that is over by its next revision, which is to be recorded again; CONFLICT where the one that is kept is
   * not the one before it. What was deleted, by itself or with its authority, does not come back.
   */
  updateRound(authority: string, round: Round): Promise<void>
  /**
   * Gives the oldest round for which something is to be done and that no other process has a lease of (`now` is past its
   * end) to `owner` alone until `until`, both in ms since 1970; undefined where there is none. One to be planned is then
   * `solving`. `isCancelled` where somebody has asked to end it.
   */
  claimRound(claim: {
    readonly owner: string
    readonly stage: RoundStage
    readonly now: number
    readonly until: number
  }): Promise<{ lease: RoundLease; round: Round; isCancelled: boolean } | undefined>
  /** Holds it for longer, also where the lease has ended but nobody has taken it; undefined where it is lost. */
  renewRound(
    lease: RoundLease,
    renewal: { readonly until: number; readonly progress?: unknown },
  ): Promise<{ isCancelled: boolean } | undefined>
  /** Gives it back at once, as if this attempt had not been; one to be planned is `queued` again. False where it is lost. */
  releaseRound(lease: RoundLease): Promise<boolean>
  /** Keeps what became of a round that was to be planned; one that is done is then to be recorded. False where it is lost. */
  finishRound(lease: RoundLease, round: Round): Promise<boolean>
  /** It is recorded, and nothing more to be done for it. False where the lease is lost. */
  completeRound(lease: RoundLease): Promise<boolean>
  /**
   * Ends the planning of a round: `cancelled` where no process has it (`now` in ms since 1970), `asked` where one has,
   * which hears of it as it renews its lease, and `over` where it is not to be planned any more.
   */
  cancelRound(
    authority: string,
    id: string,
    now: number,
  ): Promise<{ outcome: 'cancelled' | 'asked' | 'over'; round: Round }>
  /** Of all authorities: those that are to be planned. */
  listRoundJobs(): Promise<readonly RoundJob[]>

  /**
   * Gives the work of this name to `owner` until a time in ms since 1970, where it is its own already or nobody's now; false
   * where another has it.
   */
  renewLease(name: string, owner: string, until: number): Promise<boolean>
  /** Gives it back at once, so that another need not wait for its end; nothing where it is not the owner's. */
  releaseLease(name: string, owner: string): Promise<void>

  /** Newest first; those that are not cleared, or all. */
  listAlerts(
    authority: string,
    page: PageQuery & {
      state?: 'open' | 'all' | undefined
      condition?: AlertCondition | undefined
      device?: string | undefined
    },
  ): Promise<Page<Alert>>
  getAlert(authority: string, id: string): Promise<Alert>
  /**
   * Clears the alerts of these ids and raises others, at a time in ms since 1970; resolves with what came of it. What is cleared
   * already is not cleared again, and what is open of a condition and a device is not raised again.
   */
  recordAlerts(
    authority: string,
    changes: { readonly raised: readonly NewAlert[]; readonly cleared: readonly string[] },
    time: number,
  ): Promise<readonly AlertEvent[]>
  /** Instead of an acknowledgement that there is. */
  acknowledgeAlert(
    authority: string,
    id: string,
    acknowledgement: { readonly by: string; readonly note: string | null },
    actor: string,
  ): Promise<Alert>
  unacknowledgeAlert(authority: string, id: string, actor: string): Promise<Alert>
  /** Oldest first, of one authority or all, after a sequence; they are kept for 14 days, 50,000 of an authority at most. */
  listAlertEvents(query: {
    readonly authority?: string | undefined
    readonly after: number
    readonly limit: number
  }): Promise<readonly AlertEvent[]>
  /** That of the last event of any authority; 0 before the first. */
  getAlertSequence(): Promise<number>

  listCollections(authority: string, page: PageQuery): Promise<Page<CollectionRecord>>
  /** Those that name a household by its UPRN, without zeros before it, in the order of their ids. */
  listCollectionsOf(authority: string, uprn: string): Promise<readonly CollectionRecord[]>
  getCollection(authority: string, id: string): Promise<Collection>
  /** CONFLICT where an authority has 500 already. */
  createCollection(authority: string, collection: Collection, actor: string): Promise<void>
  updateCollection(authority: string, collection: Collection, actor: string): Promise<void>
  deleteCollection(authority: string, id: string, actor: string): Promise<void>

  listHooks(authority: string, page: PageQuery): Promise<Page<HookRecord>>
  getHook(authority: string, id: string): Promise<HookRecord>
  /** It is told of the events that come from now on. CONFLICT where an authority has 20 already. */
  createHook(authority: string, hook: Hook, sealed: Uint8Array | null, actor: string): Promise<HookRecord>
  /** Only what is given; any change has it tried again at once, from where it was. */
  updateHook(
    authority: string,
    id: string,
    change: {
      readonly hook?: Hook | undefined
      readonly sealed?: Uint8Array | undefined
      readonly isPaused?: boolean | undefined
    },
    actor: string,
  ): Promise<HookRecord>
  deleteHook(authority: string, id: string, actor: string): Promise<void>
  /**
   * Of all authorities, those for which something may be tried at a time in ms since 1970: not paused, and with events behind their
   * position. Those that were served longest ago come first.
   */
  listDueHooks(now: number): Promise<readonly HookRecord[]>
  /**
   * Keeps what came of a try, at the time of the clock. Resolves with false, and changes nothing, where the hook is gone or at
   * another position by now, or where it was changed meanwhile and nothing was delivered.
   */
  recordHookTry(
    tried: Pick<HookRecord, 'authority' | 'hook' | 'position' | 'version'>,
    outcome: HookOutcome,
  ): Promise<boolean>
  /** The newest events first; `after` is a sequence. */
  listHookDeliveries(authority: string, hook: string, page: PageQuery): Promise<Page<HookDelivery>>

  /** What an authority grants to others, or what others grant to it; those that are over are kept for 92 days. */
  listShares(authority: string, page: PageQuery & { direction: 'granted' | 'received' }): Promise<Page<Share>>
  /** By either side; a later authority of the receiving one's id is none. */
  getShare(authority: string, id: string): Promise<Share>
  /**
   * Also to an authority that is not there, which nobody is told: nobody will ever find it. CONFLICT where an authority grants 200
   * that are not over.
   */
  createShare(
    granting: string,
    share: Pick<Share, 'id' | 'to' | 'dataset' | 'purpose' | 'from' | 'until'>,
    actor: string,
  ): Promise<Share>
  /** `until` in ms since 1970. CONFLICT where it was withdrawn or declined, or where one that was over would be one too many. */
  updateShare(granting: string, id: string, until: number, actor: string): Promise<Share>
  /** The granting side withdraws it, the receiving one declines it; CONFLICT where it is over already. */
  endShare(authority: string, id: string, actor: string): Promise<void>
  /** What others let an authority use now; 1,000 at most. */
  listUsableShares(authority: string): Promise<readonly Share[]>
  /** Rejects with NOT_FOUND where it may not be used at this moment: then nothing may be given out. */
  recordShareAccess(share: string, access: Omit<ShareAccess, 'number' | 'time'>): Promise<void>
  /** Newest first; `after` is a number. They are kept for 92 days, 10,000 of a share. */
  listShareAccesses(share: string, page: PageQuery): Promise<Page<ShareAccess>>

  /**
   * Keeps what somebody reported, or attaches it to an open report of the same that was made at `duplicatesSince` or later: of
   * the same bin, or at most `duplicateM` away where one of them names none. Resolves with the report that counts. Of more
   * than 50 who say the same, the others are counted only. BUSY where `openMax` are open already.
   */
  createReport(
    authority: string,
    report: NewCitizenReport,
    circumstances: {
      readonly actor: string
      readonly openMax: number
      readonly duplicateM: number
      readonly duplicatesSince: number
      /** Of whoever makes it: to one of these it is not attached, as it was said before. */
      readonly saidBefore?: ReadonlySet<string>
    },
  ): Promise<{ report: CitizenReport; isDuplicate: boolean }>
  /** Newest first. */
  listReports(authority: string, page: PageQuery & ReportFilter): Promise<Page<CitizenReport>>
  /** By its own id, or that of one that was attached to it. */
  getReport(authority: string, id: string): Promise<CitizenReport>
  /** Who said so, the first one first; at most 50. */
  listReportVoices(authority: string, id: string): Promise<readonly ReportVoice[]>
  /** Those of bins, oldest first. */
  listOpenReports(authority: string, services: readonly ReportService[]): Promise<readonly OpenReport[]>
  /**
   * With `onlyOpen` nothing where it is closed by now. INVALID_REQUEST where it is to be joined to what is no bin. Who reported, and
   * what was written, is not told to the audit.
   */
  updateReport(
    authority: string,
    id: string,
    change: {
      readonly patch: ReportPatch
      readonly onlyOpen?: boolean
      /** Instead of the patch's own. */
      readonly outcome?: CitizenReport['outcome']
      /** Those of the bin that it is joined to, instead of what there is. */
      readonly readings?: readonly ReportReading[] | undefined
    },
    actor: string,
  ): Promise<CitizenReport>
  /**
   * Removes contact details and words of reports that were closed `contactDays` before `now`, or made 365 days before, so that no file
   * of SQLite has them any more; and reports as a whole after 730 days, or beyond 50,000 closed ones per authority. Resolves
   * with how much was removed.
   */
  trimReports(limits: { readonly now: number; readonly contactDays: number }): Promise<number>
  /** Removes who made a report, all who did, and what they wrote, as `trimReports` does. */
  forgetReporters(authority: string, id: string, actor: string): Promise<void>
  getReportSettings(authority: string): Promise<ReportSettings>
  /** By a merge patch (RFC 7396). */
  updateReportSettings(
    authority: string,
    patch: Readonly<Record<string, unknown>>,
    actor: string,
  ): Promise<ReportSettings>

  /** What an authority's transit has learnt; undefined where nothing is kept under this name. */
  findTransitMemory(authority: string, name: string): Promise<Uint8Array | undefined>
  /** Instead of what there is. */
  keepTransitMemory(authority: string, name: string, bytes: Uint8Array): Promise<void>

  listConnections(authority: string, page: PageQuery): Promise<Page<ConnectionRecord>>
  /** Of all authorities. */
  listAllConnections(): Promise<readonly ConnectionRecord[]>
  getConnection(authority: string, id: string): Promise<ConnectionRecord>
  /** CONFLICT where an authority has 50 already. */
  createConnection(
    authority: string,
    connection: Connection,
    sealed: Uint8Array | null,
    actor: string,
  ): Promise<void>
  /** Replaces it; undefined leaves the credentials as they are. */
  updateConnection(
    authority: string,
    connection: Connection,
    sealed: Uint8Array | null | undefined,
    actor: string,
  ): Promise<void>
  deleteConnection(authority: string, id: string, actor: string): Promise<void>
  /** How it fares, and its last message where others are to read it; nothing where it is gone. */
  reportConnection(
    authority: string,
    id: string,
    report: {
      readonly state: ConnectionState
      readonly feed?: { readonly bytes: Uint8Array; readonly receivedTime: number }
    },
  ): Promise<void>
  /** The last messages of an authority's connections that were received after a time in ms since 1970, the oldest first. */
  listConnectionFeeds(
    authority: string,
    after: number,
  ): Promise<readonly { readonly id: string; readonly bytes: Uint8Array; readonly receivedTime: number }[]>

  /** Each in the version that is in use. */
  listMappings(authority: string, page: PageQuery): Promise<Page<Mapping>>
  /** Of all authorities, in the versions that are in use. */
  listAllMappings(): Promise<readonly { readonly authority: string; readonly mapping: Mapping }[]>
  /** Another one after any change of any authority's mappings. */
  getMappingsVersion(): Promise<string>
  getMapping(authority: string, id: string): Promise<Mapping>
  /** Newest first: the last 50. */
  listMappingVersions(authority: string, id: string): Promise<readonly MappingVersion[]>
  /** Version 1. CONFLICT where an authority has 200 already. */
  createMapping(authority: string, mapping: NewMapping, actor: string): Promise<Mapping>
  /** The next version; the same one where nothing changes. */
  updateMapping(authority: string, mapping: NewMapping, actor: string): Promise<Mapping>
  /** CONFLICT, which names some of them, where devices are read by it. */
  deleteMapping(authority: string, id: string, actor: string): Promise<void>

  /** In the order of their EUIs. */
  listFoundDevices(authority: string, page: PageQuery & { isIgnored: boolean }): Promise<Page<FoundDevice>>
  /** With the last uplink of it; null where that was too long, or it is ignored. */
  getFoundDevice(authority: string, devEui: string): Promise<FoundDevice & { readonly sample: string | null }>
  /**
   * Keeps what networks told of devices that nobody has registered, the latest last; resolves with the EUIs that are ignored. Beyond
   * 1,000 devices of an authority those that were heard longest ago are forgotten.
   */
  recordFindings(authority: string, findings: readonly Finding[]): Promise<readonly string[]>
  ignoreFoundDevice(authority: string, devEui: string, actor: string): Promise<void>
  /** They are registered now; resolves with those of them that were there. */
  forgetFoundDevices(authority: string, devEuis: readonly string[]): Promise<readonly string[]>

  /** Newest first. */
  listTimetables(authority: string): Promise<readonly TimetableVersion[]>
  /** Of all authorities that have one, in their order. */
  listCurrentTimetables(): Promise<readonly { readonly authority: string; readonly id: string }[]>
  /** The zip's bytes in parts, counted from 0; undefined behind the last, and where the version is gone. */
  findTimetableChunk(authority: string, id: string, number: number): Promise<Uint8Array | undefined>
  /**
   * Keeps a zip as the current version, and lets go of the oldest beyond ten. No one transaction: others' calls come in between the
   * chunks, and nobody sees it before all of them are there. Where it fails, the version that was current stays it.
   */
  putTimetable(
    authority: string,
    timetable: Pick<TimetableVersion, 'version' | 'hash' | 'warnings'>,
    chunks: AsyncIterable<Uint8Array>,
    actor: string,
  ): Promise<TimetableVersion>
  makeTimetableCurrent(authority: string, id: string, actor: string): Promise<TimetableVersion>
  /** The current one is not deleted: CONFLICT. */
  deleteTimetable(authority: string, id: string, actor: string): Promise<void>

  /** How far a source's messages have been recorded; undefined where none were. */
  findPosition(source: string): Promise<number | undefined>
  /**
   * Counts a batch, keeps its quarantined readings, sequences, sums of counters and statuses, and moves the source's position, all or
   * nothing. Resolves with false, and changes nothing, where the recorded position is not the one that the batch follows:
   * it was recorded before, or another ingest has recorded some of its messages.
   */
  recordIngested(outcome: IngestOutcome): Promise<boolean>
  /** Those of the given sequences (by authority, device, sequence, hash) that were seen since `since`. */
  findSequences(
    sequences: readonly Omit<SeenSequence, 'time'>[],
    since: number,
  ): Promise<readonly SeenSequence[]>
  /**
   * What parts of counters said since the last time before `before`, in ms since 1970, that one included. Older ones than of the last
   * 25 hours are let go, but for the last of them, which goes after 8 days.
   */
  findCounterSums(
    parts: readonly {
      readonly authority: string
      readonly device: string
      readonly part: string
      readonly before: number
    }[],
  ): Promise<readonly CounterSums[]>
  /**
   * Resolves with the first millisecond of each device that no claim before has taken, 0 where any is free. From there, each
   * message at the time that it was received at the earliest, the claimant has its slots; later claims get none of
   * them. A device comes once in a call.
   */
  claimReceiptTimes(
    claims: readonly ReceiptClaim[],
  ): Promise<readonly { authority: string; device: string; freeTime: number }[]>
  /** Totals of a source, for the balance; `accepted` never falls below what is stored and quarantined. */
  reportAccepted(source: string, reports: readonly AcceptedReport[]): Promise<void>
  /** What a source has brought so far, by authority: where an ingest of a foreign broker goes on counting. */
  listSourceCounts(source: string): Promise<readonly SourceCounts[]>
  /** It will bring no more: what it accepted beyond what it brought is not pending any longer. */
  settleSource(source: string): Promise<void>
  getBalance(authority: string, now: number): Promise<Balance>

  /** Oldest first. */
  listQuarantined(authority: string, page: PageQuery & QuarantineFilter): Promise<Page<Quarantined>>
  getQuarantined(authority: string, id: string): Promise<Quarantined>
  /** Counted by reason: those that are kept now. */
  countQuarantined(authority: string): Promise<readonly { reason: RejectionReason; count: number }[]>
  /** It is stored now: it moves from quarantined to stored. What was stored in its place is told to the audit. */
  resolveQuarantined(authority: string, id: string, actor: string, corrected?: Uint8Array): Promise<void>
  /** It was tried again in vain, for this reason. */
  updateQuarantined(authority: string, id: string, reason: RejectionReason, detail: string): Promise<void>
  /** Resolves with how many were discarded. They stay counted as quarantined. */
  discardQuarantined(
    authority: string,
    filter: QuarantineFilter & { id?: string | undefined },
    actor: string,
  ): Promise<number>
  /**
   * Lets go of quarantined readings received before a time, of the oldest beyond a number or a total of payload
   * bytes per authority, of sequences and claimed times older than 24 hours before `now`, of sums of counters (see
   * `findCounterSums`), of audit entries beyond 100,000 per authority, of requests for keys (see `model/key-
   * request.ts`), of shares that have been over and accesses that have been for 92 days, of cleared alerts older
   * than 92 days or beyond 10,000 per authority, of their events, of deliveries last tried 30 days ago or beyond
   * 1,000 per hook, of found devices that were not heard for 90 days, and of what is counted of keys for more than
   * 92 days.
   */
  trim(limits: {
    now: number
    quarantinedBefore: number
    quarantinedMax: number
    quarantinedBytesMax: number
  }): Promise<void>

  /** Resolves where the database answers. */
  check(): Promise<void>
  close(): Promise<void>
}
