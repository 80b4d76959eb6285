import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Clock } from '../model/clock.ts'
import type { Settings } from '../model/device.ts'
import type { DeviceChannel } from '../model/device-channel.ts'
import type { NewMapping } from '../model/mapping.ts'
import type { FieldValue } from '../model/reading.ts'
import type { Rejection } from '../model/rejection.ts'
import type { Network } from '../model/uplink.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { QuarantineFilter, Registry } from '../registry/registry.ts'
import type { CredentialSealer } from '../registry/seal-credentials.ts'
import type { Roads } from '../rounds/roads/roads.ts'
import type { RoundPlanner } from '../rounds/round-planner.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import type { AccuracyCount } from '../transit/accuracy/accuracy-counters.ts'
import type { RecentHorizon } from '../transit/accuracy/recent-accuracy.ts'
import type { Timetable } from '../transit/timetable/timetable.ts'
import type { TransitSnapshot } from '../transit/trip-prediction.ts'
import type { FillForecasts } from './fill-forecasts.ts'
import type { HookReach } from './hook-sender.ts'
import type { ApiLimits } from './limits.ts'
import type { Metrics } from './metrics.ts'
import type { TimetableImports } from './timetable-imports.ts'
import type { TrafficHistories } from './traffic-histories.ts'

/** The HTTP server as every endpoint file gets it: requests are typed by their zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** One thing that has to work before this process is ready. */
export interface HealthCheck {
  readonly name: string
  readonly isReady: boolean
  /** What is wrong, or worth knowing; null where nothing is. */
  readonly detail: string | null
}

/** What a mapping would make of a sample; the ingest provides it. */
interface MappingTrial {
  readonly network: Network | null
  readonly readings: readonly {
    /** ms since 1970 */
    readonly time: number
    readonly fields: Readonly<Record<string, FieldValue>>
    readonly sums: Readonly<Record<string, number>>
  }[]
  readonly rejection: Rejection | null
}

/** Trying quarantined readings again; the ingest provides it. */
interface QuarantineReplay {
  replay(
    authority: string,
    id: string,
    actor: string,
    corrected?: Uint8Array,
  ): Promise<{ readonly isStored: boolean; readonly rejection?: Rejection | undefined }>
  replayAll(
    authority: string,
    filter: QuarantineFilter,
    actor: string,
  ): Promise<{ readonly stored: number; readonly stillQuarantined: number }>
}

/** Where timetables come from. */
export interface TimetableSource {
  /** The one in use; undefined where an authority has none. */
  find(authority: string): Promise<Timetable | undefined>
}

/** What is known of the trips of authorities right now. */
export interface TransitDesk {
  /** The newest; undefined where an authority has no timetable, or nothing is known yet. */
  snapshot(authority: string): TransitSnapshot | undefined
  /** Calls the listener after each new snapshot; returns what ends that. */
  onChange(authority: string, listener: () => void): () => void
  /** What predictions came to; undefined where nothing is followed. */
  accuracy(authority: string): readonly AccuracyCount[] | undefined
  /** What predictions came to within the last hour, by how far ahead they were. */
  recentAccuracy(authority: string): readonly RecentHorizon[]
}

/** Everything that the API is put together from. */
export interface ApiParts {
  readonly registry: Registry
  readonly directory: DeviceDirectory
  readonly store: ReadingStore
  readonly clock: Clock
  /** pino, or what looks like it. */
  readonly logger: FastifyBaseLogger
  readonly version: string
  readonly metrics: Metrics
  /** Checked at each `/health/ready`. */
  health(): Promise<readonly HealthCheck[]>
  readonly quarantine: QuarantineReplay
  /** `now` is in ms since 1970. */
  tryMapping(trial: {
    readonly mapping: NewMapping
    readonly sample: unknown
    readonly port: number | null
    readonly settings: Settings
    readonly now: number
  }): MappingTrial
  readonly roundPlanner: RoundPlanner
  /** Those that the planner has, to be shown; without them, there are no streets. */
  readonly roads?: Pick<Roads, 'streets' | 'attribution'> | undefined
  readonly fillForecasts: FillForecasts
  readonly trafficHistories: TrafficHistories
  /** Without it, no authority has a timetable. */
  readonly timetables?: TimetableSource | undefined
  /** Without it, no timetable can be changed by this process. */
  readonly timetableImports?: TimetableImports | undefined
  /** Without it, departures are those of the timetable, and positions as vehicles report them. */
  readonly transit?: TransitDesk | undefined
  /** Without it, connections with credentials are refused. */
  readonly sealer?: CredentialSealer | undefined
  /** Without it, hooks are refused. */
  readonly hookReach?: HookReach | undefined
  /** The way to devices; without it, no display is told what to show by this process. */
  readonly channel?: DeviceChannel | undefined
  /** Whether this process may be the one that raises alerts to operations teams. */
  readonly judgesAlerts?: boolean | undefined
  /** Called before the balance is read, so that it shows what was accepted up to now. */
  readonly refreshBalance?: (() => Promise<void>) | undefined
  /** How long contact details of reports are kept after those are closed; 90 by default, and 0 keeps none. */
  readonly contactDays?: number | undefined
  /** Where the outside reaches this server, without a trailing slash; `Location` and `Link` begin with it. */
  readonly publicUrl?: string | undefined
  /** A style for the console's map from elsewhere, and the origins that it needs; without it no page asks another host. */
  readonly mapStyle?: { readonly url: string; readonly origins: readonly string[] } | undefined
  /** Where devices publish; undefined where this process does not know. */
  readonly mqttUrl?: string | undefined
  /** Addresses or CIDR ranges whose `X-Forwarded-*` headers are believed; none by default. */
  readonly trustedProxies?: readonly string[] | undefined
  readonly limits?: Partial<ApiLimits> | undefined
}
