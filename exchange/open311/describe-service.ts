import { REPORT_SERVICES, type ReportService } from '../../model/citizen-report.ts'
import type { ReportSettings } from '../../model/report-settings.ts'
import type { Translation } from '../../model/translation.ts'
import type { Texts } from '../texts/en.ts'
import { type Language, textsFor } from '../texts/texts-for.ts'

/** What Kerbside says of a service where its authority says nothing of its own. */
const WORDS = {
  'overflowing-bin': { name: 'overflowingBin', description: 'overflowingBinAbout' },
  'damaged-bin': { name: 'damagedBin', description: 'damagedBinAbout' },
  'missed-collection': { name: 'missedCollection', description: 'missedCollectionAbout' },
  other: { name: 'otherReport', description: 'otherReportAbout' },
} as const satisfies Record<ReportService, { name: keyof Texts; description: keyof Texts }>

/** The code of the attribute by which a report names its bin. */
const DEVICE_ATTRIBUTE = 'device'

/** A service as the GeoReport API (v2, GET service list) describes it. */
export type ServiceDescription = Readonly<{
  service_code: ReportService
  service_name: string
  description: string
  /** Whether it has a definition, with attributes. */
  metadata: boolean
  /** A report has its id at once. */
  type: 'realtime'
  keywords: string
  group: string
}>

/** The services that an authority offers, in their order. */
export function listServices(settings: ReportSettings, language: Language): ServiceDescription[] {
  return REPORT_SERVICES.filter((code) => isOffered(settings, code)).map((code) =>
    describeService(settings, code, language),
  )
}

export function isOffered({ services }: ReportSettings, code: ReportService): boolean {
  return services[code]?.isOffered ?? true
}

export function describeService(
  { services }: ReportSettings,
  code: ReportService,
  language: Language,
): ServiceDescription {
  const own = services[code]
  const texts = textsFor(language)
  const words = WORDS[code]
  return {
    service_code: code,
    service_name: translate(own?.name, language) ?? texts[words.name],
    description: translate(own?.description, language) ?? texts[words.description],
    metadata: true,
    type: 'realtime',
    keywords: '',
    group: '',
  }
}

/** GET service definition: what a report of it may say besides. */
export function defineService(code: ReportService, language: Language) {
  return {
    service_code: code,
    attributes: [
      {
        variable: true,
        code: DEVICE_ATTRIBUTE,
        datatype: 'string',
        required: false,
        datatype_description: '',
        order: 1,
        description: textsFor(language).whichBin,
        values: [],
      },
    ],
  } as const
}

/** In the language, or the one that is without; undefined where there is neither. */
function translate(texts: readonly Translation[] | null | undefined, language: Language): string | undefined {
  const found =
    texts?.find((text) => text.language?.toLowerCase().split('-', 1)[0] === language) ??
    texts?.find((text) => text.language === null)
  return found?.text
}
