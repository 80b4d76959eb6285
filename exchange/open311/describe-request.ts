import type { CitizenReport } from '../../model/citizen-report.ts'
import type { Device } from '../../model/device.ts'
import type { ReportSettings } from '../../model/report-settings.ts'
import { isHousehold } from '../published-view.ts'
import { roundPlace } from '../round-place.ts'
import { type Language, textsFor } from '../texts/texts-for.ts'
import { describeService } from './describe-service.ts'

/** Where nobody knows whose door it is, everybody is told the place only so exactly. */
const PUBLIC_GRID_M = 100

interface Circumstances {
  readonly settings: ReportSettings
  /** Who answers it: the authority's name. */
  readonly agency: string
  readonly language: Language
  /** The bin that it was joined to, where that is still there. */
  readonly bin: Device | undefined
  /** Whether everybody may see what comes of this, or the authority's own alone; of them, operators see what was written. */
  readonly audience: 'public' | 'authority' | 'operators'
}

/**
 * A report as the GeoReport API (v2, GET service request) tells it. Who reported is never in it. Everybody is told the place of
 * the bin, or, where that is a household's or none is known, the report's own on a grid of 100 m. What
 * somebody wrote is for operators, who may be named or called in it; without addresses the authority may publish it.
 */
export function describeRequest(report: CitizenReport, circumstances: Circumstances) {
  const { settings, agency, language, audience } = circumstances
  const { words } = report
  const place = findPlace(report, circumstances)
  const isForOperators = audience === 'operators'
  const tellsWords = isForOperators || settings.publishesWords
  return {
    service_request_id: report.id,
    status: report.status,
    status_notes: describeStatus(report, language),
    service_name: describeService(settings, report.service, language).service_name,
    service_code: report.service,
    description: tellsWords ? (words?.description ?? null) : null,
    agency_responsible: agency,
    service_notice: null,
    requested_datetime: formatSeconds(report.requestedTime),
    updated_datetime: formatSeconds(report.updatedTime),
    expected_datetime: null,
    address: isForOperators ? (words?.address ?? null) : null,
    address_id: isForOperators ? (words?.addressId ?? null) : null,
    zipcode: null,
    lat: place?.latitude ?? null,
    long: place?.longitude ?? null,
    media_url: tellsWords ? (words?.mediaUrl ?? null) : null,
  } as const
}

/** What whoever reported it is told of how it stands, in their language; an operator's own words first. */
function describeStatus({ status, outcome, note }: CitizenReport, language: Language): string {
  if (note !== null) return note
  const texts = textsFor(language)
  if (status === 'open') return texts.reportReceived
  switch (outcome) {
    case 'emptied':
      return texts.reportEmptied
    case 'rejected':
      return texts.reportRejected
    default:
      return texts.reportDone
  }
}

function findPlace(
  { longitude, latitude }: CitizenReport,
  { bin, audience }: Circumstances,
): { longitude: number; latitude: number } | undefined {
  const own = longitude === null || latitude === null ? undefined : { longitude, latitude }
  const isHome = bin !== undefined && isHousehold(bin)
  const ofBin =
    bin === undefined || bin.longitude === null || bin.latitude === null
      ? undefined
      : { longitude: bin.longitude, latitude: bin.latitude }
  if (audience !== 'public') return own ?? ofBin
  if (ofBin && !isHome) return ofBin
  const near = own ?? ofBin
  return near && roundPlace(near, PUBLIC_GRID_M)
}

/** As the W3C's note on dates has it, without parts of a second. */
function formatSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
