import type { Authority, Publishable } from '../../model/authority.ts'
import { formatTime } from '../../model/time.ts'
import { termsOfDataset } from '../dataset-terms.ts'
import { DEVICE_DATASETS } from '../published-view.ts'
import { type Distribution, listDistributions } from './list-distributions.ts'

interface Described {
  readonly authority: Authority
  /** The address of the authority's resources. */
  readonly root: string
  /** Of all APIs. */
  readonly docs: string
  /** When the first reading of a dataset was made, in ms since 1970, where that is known. */
  readonly firstTimes: ReadonlyMap<Publishable, number>
}

/**
 * What an authority publishes as a catalogue of DCAT-AP 3, in JSON-LD: its datasets in each form, and the services that give
 * them. Only what is published is in it, whoever asks.
 */
export function writeCatalogue(described: Described): object {
  const { authority, root, docs } = described
  const id = `${root}/dcat.jsonld`
  const forms = authority.published.map((dataset) => ({ dataset, forms: listDistributions(dataset, root) }))
  const datasets = forms.filter(({ forms }) => forms.length > 0)
  const services = SERVICES.flatMap((service) => {
    const served = datasets.filter(({ forms }) => forms.some((form) => form.service === service.id))
    if (served.length === 0) return []
    return [describeService(service, { id, root, docs, served: served.map(({ dataset }) => dataset) })]
  })
  return {
    '@context': CONTEXT,
    '@id': id,
    '@type': 'dcat:Catalog',
    'dct:title': english(`Open data of ${authority.name}`),
    'dct:description': english(`What ${authority.name} publishes of its bins, traffic and public transport.`),
    'dct:publisher': describePublisher(authority, root),
    'dct:language': { '@id': `${EU}/language/ENG` },
    ...(authority.licence !== undefined && { 'dct:license': { '@id': authority.licence } }),
    'dcat:dataset': datasets.map(({ dataset, forms }) => describeDataset(described, id, dataset, forms)),
    ...(services.length > 0 && { 'dcat:service': services }),
  }
}

const EU = 'http://publications.europa.eu/resource/authority'
const IANA = 'https://www.iana.org/assignments/media-types'

const CONTEXT = {
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
}

const FREQUENCIES = { continuous: 'UPDATE_CONT', daily: 'DAILY', irregular: 'IRREG' } as const

const SERVICES = [
  {
    id: 'ogc',
    title: 'OGC API – Features',
    path: 'ogc',
    description: 'ogc/api',
    standard: 'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core',
  },
  {
    id: 'sensorthings',
    title: 'SensorThings API 1.1',
    path: 'sensorthings/v1.1',
    description: undefined,
    standard: 'http://www.opengis.net/spec/iot_sensing/1.1',
  },
] as const

const THEMES: {
  readonly [D in Publishable]?: { theme: 'ENVI' | 'TRAN' | 'GOVE'; keywords: readonly string[] }
} = {
  bins: { theme: 'ENVI', keywords: ['waste', 'bins', 'fill level'] },
  rounds: { theme: 'ENVI', keywords: ['waste', 'collection'] },
  counters: { theme: 'TRAN', keywords: ['traffic', 'counts', 'cycling', 'walking'] },
  open311: { theme: 'GOVE', keywords: ['reports', 'Open311'] },
}
const TRANSPORT = { theme: 'TRAN', keywords: ['public transport', 'buses'] } as const

function describeDataset(
  { authority, root, docs, firstTimes }: Described,
  catalogue: string,
  dataset: Publishable,
  forms: readonly Distribution[],
): object {
  const { title, description, licence, attribution } = termsOfDataset(authority, dataset)
  const { theme, keywords } = THEMES[dataset] ?? TRANSPORT
  const first = firstTimes.get(dataset)
  const isDaily = dataset in DEVICE_DATASETS
  return {
    '@id': `${catalogue}#${dataset}`,
    '@type': 'dcat:Dataset',
    'dct:identifier': `${authority.id}/${dataset}`,
    'dct:title': english(title),
    'dct:description': english(description),
    'dct:publisher': { '@id': `${root}#publisher` },
    'dct:language': { '@id': `${EU}/language/ENG` },
    'dcat:theme': { '@id': `${EU}/data-theme/${theme}` },
    'dcat:keyword': keywords.map(english),
    'dct:accrualPeriodicity': {
      '@id': `${EU}/frequency/${FREQUENCIES[isDaily ? 'continuous' : (forms[0]?.frequency ?? 'irregular')]}`,
    },
    ...(first !== undefined && {
      'dct:temporal': {
        '@type': 'dct:PeriodOfTime',
        'dcat:startDate': { '@type': 'xsd:dateTime', '@value': formatTime(first) },
      },
    }),
    'dcat:landingPage': { '@id': isDaily ? `${root}/ogc/collections/${dataset}?f=html` : docs },
    'dcat:distribution': forms.map((form) => ({
      '@id': `${catalogue}#${dataset}-${form.id}`,
      '@type': 'dcat:Distribution',
      'dct:title': english(form.title),
      'dcat:accessURL': { '@id': form.accessUrl },
      ...(form.downloadUrl !== undefined && { 'dcat:downloadURL': { '@id': form.downloadUrl } }),
      'dcat:mediaType': { '@id': `${IANA}/${form.mediaType}` },
      ...(form.format !== undefined && { 'dct:format': { '@id': `${EU}/file-type/${form.format}` } }),
      ...(form.service !== undefined && { 'dcat:accessService': { '@id': `${catalogue}#${form.service}` } }),
      ...(licence !== undefined && { 'dct:license': { '@id': licence } }),
      ...(attribution !== undefined && {
        'dct:rights': { '@type': 'dct:RightsStatement', 'rdfs:label': english(attribution) },
      }),
    })),
  }
}

function describeService(
  { id, title, path, description, standard }: (typeof SERVICES)[number],
  place: { id: string; root: string; docs: string; served: readonly Publishable[] },
): object {
  return {
    '@id': `${place.id}#${id}`,
    '@type': 'dcat:DataService',
    'dct:title': english(title),
    'dcat:endpointURL': { '@id': `${place.root}/${path}` },
    'dcat:endpointDescription': {
      '@id': description === undefined ? place.docs : `${place.root}/${description}`,
    },
    'dct:conformsTo': { '@id': standard },
    'dct:publisher': { '@id': `${place.root}#publisher` },
    'dcat:servesDataset': place.served.map((dataset) => ({ '@id': `${place.id}#${dataset}` })),
  }
}

function describePublisher({ name }: Authority, root: string): object {
  return { '@id': `${root}#publisher`, '@type': 'foaf:Agent', 'foaf:name': name }
}

function english(text: string): object {
  return { '@language': 'en', '@value': text }
}
