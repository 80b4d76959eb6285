import { randomUUID } from 'node:crypto'
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import fastify, { LogController } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { createAlertDesk } from './alert-desk.ts'
import { createAlertEvents } from './alert-events.ts'
import { limitBodyTimes } from './body-times.ts'
import { answerNotModified } from './conditional-get.ts'
import { createDatasetViews } from './dataset-views.ts'
import { createDepartureBoards } from './departure-boards.ts'
import { createDepartureEvents } from './departure-events.ts'
import { addDocs } from './docs.ts'
import { endConnections } from './end-connections.ts'
import { registerAccuracy } from './endpoints/accuracy.ts'
import { registerAlerts } from './endpoints/alerts.ts'
import { registerAudit } from './endpoints/audit.ts'
import { registerAuthorities } from './endpoints/authorities.ts'
import { registerBinForecast } from './endpoints/bin-forecast.ts'
import { registerBinOutlook } from './endpoints/bin-outlook.ts'
import { registerCalendars } from './endpoints/calendars.ts'
import { registerCatalogue } from './endpoints/catalogue.ts'
import { registerCollections } from './endpoints/collections.ts'
import { registerConnections } from './endpoints/connections.ts'
import { registerConsole } from './endpoints/console.ts'
import { registerDepartures } from './endpoints/departures.ts'
import { registerDevices } from './endpoints/devices.ts'
import { registerDisplayShown } from './endpoints/display-shown.ts'
import { registerExports } from './endpoints/exports.ts'
import { registerFeedQuality } from './endpoints/feed-quality.ts'
import { registerFeeds } from './endpoints/feeds.ts'
import { registerFoundDevices } from './endpoints/found-devices.ts'
import { registerGtfs, UPLOAD_SECONDS } from './endpoints/gtfs.ts'
import { registerGtfsRt } from './endpoints/gtfs-rt.ts'
import { registerHealth } from './endpoints/health.ts'
import { registerHookDeliveries } from './endpoints/hook-deliveries.ts'
import { registerHooks } from './endpoints/hooks.ts'
import { registerIngest } from './endpoints/ingest.ts'
import { registerKeyRequests } from './endpoints/key-requests.ts'
import { registerKeys } from './endpoints/keys.ts'
import { registerMappingTrials } from './endpoints/mapping-trials.ts'
import { registerMappings } from './endpoints/mappings.ts'
import { registerMaps } from './endpoints/maps.ts'
import { registerOgc } from './endpoints/ogc.ts'
import { registerOpen311 } from './endpoints/open311.ts'
import { registerQuarantine } from './endpoints/quarantine.ts'
import { registerReadings } from './endpoints/readings.ts'
import { registerReports } from './endpoints/reports.ts'
import { registerRoundMarks } from './endpoints/round-marks.ts'
import { registerRoundReports } from './endpoints/round-reports.ts'
import { registerRounds } from './endpoints/rounds.ts'
import { registerSensorThings } from './endpoints/sensor-things.ts'
import { registerServiceNotices } from './endpoints/service-notices.ts'
import { registerSharedData } from './endpoints/shared-data.ts'
import { registerShares } from './endpoints/shares.ts'
import { registerSignIn } from './endpoints/sign-in.ts'
import { registerSiri } from './endpoints/siri.ts'
import { registerSites } from './endpoints/sites.ts'
import { registerStops } from './endpoints/stops.ts'
import { registerStreets } from './endpoints/streets.ts'
import { registerTrafficForecast } from './endpoints/traffic-forecast.ts'
import { registerWidgets } from './endpoints/widgets.ts'
import { createFastLane } from './fast-lane.ts'
import { createFeedQuality } from './feed-quality.ts'
import { createFirstTimes } from './first-times.ts'
import { createHeldLease } from './hold-lease.ts'
import { createHookDesk } from './hook-desk.ts'
import { createHookSender } from './hook-sender.ts'
import { parseJsonBodies } from './json-body.ts'
import { countKeyUsage } from './key-usage.ts'
import { createKnownCallers } from './known-callers.ts'
import { tellLicences } from './licences.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { createLiveRounds } from './live-rounds.ts'
import { answerMalformed } from './malformed.ts'
import { measureRequests } from './measure-requests.ts'
import { addMethodNotAllowed } from './method-not-allowed.ts'
import { listObservers } from './observers/list-observers.ts'
import { createObservationDesk } from './observers/observation-desk.ts'
import type { Api, ApiParts } from './parts.ts'
import { answerNotFound, answerProblems, answerUnknownMethods, answerUnroutable } from './problem.ts'
import { createRateCounts } from './rate-counts.ts'
import { limitRates } from './rate-limit.ts'
import { createReportDesk } from './report-desk.ts'
import { requireRights } from './rights.ts'
import { collectRoutes } from './routes.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { createSignDesk } from './sign-desk.ts'
import { createStopBoards } from './stop-boards.ts'
import { refuseUnknownParameters } from './strict-queries.ts'
import { createTransitFeeds } from './transit-feeds.ts'
import { createTransitView } from './transit-view.ts'
import { compileValidator } from './validation.ts'

/**
 * Puts the HTTP server together; the caller listens and closes. Adding an endpoint: write
 * `endpoints/{resource}.ts` with a function `register{Resource}(app, parts)`, call it below, and give each route a
 * `schema` (zod: it validates, types the handler, and becomes the OpenAPI document) and a `config` with the `scope`
 * that it needs, without which it answers nobody (see rights.ts).
 */
export async function createApp(parts: ApiParts): Promise<Api> {
  const limits = { ...DEFAULT_LIMITS, ...parts.limits }
  const app = fastify({
    loggerInstance: parts.logger,
    logController: new LogController({
      disableRequestLogging: ({ routeOptions }) => routeOptions?.config?.isQuiet === true,
    }),
    genReqId: (request) => acceptRequestId(request.headers['x-request-id']) ?? randomUUID(),
    trustProxy: parts.trustedProxies ? [...parts.trustedProxies] : false,
    bodyLimit: limits.bodyBytes,
    // Of the largest body; the others' time is held by limitBodyTimes.
    requestTimeout: Math.max(limits.requestTimeoutSeconds, UPLOAD_SECONDS) * 1000,
    http: { headersTimeout: limits.requestTimeoutSeconds * 1000 },
    handlerTimeout: limits.handlerTimeoutSeconds * 1000,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerMalformed,
    // Clients of open data add a slash to an address before they go on from it.
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
  }).withTypeProvider<ZodTypeProvider>()

  app.setValidatorCompiler(compileValidator)
  // Responses are typed by their schemas at compile time and checked against them by the tests, not at run time.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  endConnections(app)
  parseJsonBodies(app)
  collectRoutes(app)
  refuseUnknownParameters(app)
  answerProblems(app)
  limitBodyTimes(app, limits.requestTimeoutSeconds)
  setSecurityHeaders(app)
  measureRequests(app, parts.metrics)
  answerUnknownMethods(app)
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'If-None-Match', 'Last-Event-ID', 'X-Request-Id'],
    exposedHeaders: [
      'Allow',
      'ETag',
      'Link',
      'Location',
      'Retry-After',
      'WWW-Authenticate',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
      'X-Request-Id',
    ],
    maxAge: 86_400,
    strictPreflight: false,
  })
  answerNotModified(app)
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: 1024,
    // Brotli's default of 11 takes seconds for a town's bins; 4 is as fast as gzip and smaller.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  })
  const known = createKnownCallers(parts.registry)
  requireRights(app, parts.registry, known)
  const counts = createRateCounts(limits.countedClientsMax)
  const usage = countKeyUsage(app, parts)
  await app.register(rateLimit, limitRates(limits, counts, usage))
  tellLicences(app, known)
  answerNotFound(app)
  await addDocs(app, parts)

  const liveRounds = createLiveRounds(parts)
  const view = createTransitView(parts)
  const lane = createFastLane({
    known,
    counts,
    metrics: parts.metrics,
    requestsPerMinute: limits.requestsPerMinutePerAddress,
  })
  lane.openOn(app.server)
  app.addHook('preClose', async () => lane.close())
  const boards = createDepartureBoards(view, known.getAuthority)
  const departureEvents = createDepartureEvents({ boards, view, logger: parts.logger })
  app.addHook('preClose', async () => departureEvents.close())
  const datasets = createDatasetViews({ ...parts, known })
  const stopBoards = createStopBoards(view)
  const { channel } = parts
  const signDesk = channel && createSignDesk({ ...parts, channel, boards: stopBoards })
  app.addHook('onReady', async () => signDesk?.start())
  app.addHook('preClose', () => signDesk?.close() ?? Promise.resolve())
  const alertDesk = parts.judgesAlerts
    ? createAlertDesk({ ...parts, view, boards: stopBoards, desk: signDesk })
    : undefined
  if (alertDesk) {
    app.addHook('onReady', async () => alertDesk.start())
    app.addHook('preClose', () => alertDesk.close())
  }
  const hookReach = parts.hookReach ?? { sealer: undefined, mailer: undefined, isPrivateAllowed: false }
  const hookSender = createHookSender({ ...parts, reach: hookReach })
  const hookDesk = createHookDesk({ ...parts, sender: hookSender })
  app.addHook('onReady', async () => hookDesk.start())
  app.addHook('preClose', () => hookDesk.close())
  const reportDesk = createReportDesk(parts)
  app.addHook('onReady', async () => reportDesk.start())
  app.addHook('preClose', () => reportDesk.close())

  registerHealth(app, parts)
  registerConsole(app, parts)
  registerSignIn(app, parts)
  registerAuthorities(app, parts, liveRounds)
  registerDevices(app, parts)
  registerReadings(app, parts)
  registerMaps(app, parts, datasets)
  registerSensorThings(app, parts, datasets)
  registerOgc(app, parts, { datasets, known })
  const findFirstTime = createFirstTimes(parts)
  registerExports(app, parts, { datasets, known, findFirstTime })
  registerCatalogue(app, parts, { known, findFirstTime })
  registerStreets(app, parts)
  registerTrafficForecast(app, parts, datasets)
  registerBinForecast(app, parts, datasets)
  registerBinOutlook(app, parts, datasets)
  registerIngest(app, parts)
  registerQuarantine(app, parts)
  registerSites(app, parts)
  registerCollections(app, parts)
  registerCalendars(app, parts, known)
  registerConnections(app, parts)
  registerMappings(app, parts)
  registerMappingTrials(app, parts)
  registerFoundDevices(app, parts)
  registerRounds(app, parts, liveRounds)
  registerRoundReports(app, parts)
  registerRoundMarks(app, parts)
  await registerGtfs(app, parts)
  registerStops(app, parts, known)
  const feeds = createTransitFeeds({ ...parts, view })
  const quality = createFeedQuality({ ...parts, feeds })
  const observations = createObservationDesk({
    ...parts,
    lease: createHeldLease('observations', parts),
    observers: listObservers({
      ...parts,
      view,
      quality,
      boards: stopBoards,
      desk: signDesk,
      limitOf: alertDesk?.limitOf,
    }),
  })
  app.addHook('onReady', async () => observations.start())
  app.addHook('preClose', () => observations.close())
  registerGtfsRt(app, feeds, lane)
  registerDepartures(app, boards, departureEvents, lane)
  registerWidgets(app, parts, { known, boards })
  registerSiri(app, boards)
  registerDisplayShown(app, parts, stopBoards, signDesk)
  registerAccuracy(app, parts)
  registerFeedQuality(app, quality)
  registerServiceNotices(app, parts, view)
  registerFeeds(app, parts, known)
  registerAlerts(app, parts, createAlertEvents(parts))
  registerHooks(app, parts)
  registerHookDeliveries(app, parts, hookSender)
  registerShares(app, parts)
  registerSharedData(app, parts, boards)
  await registerOpen311(app, parts)
  registerReports(app, parts)
  registerKeys(app, parts, usage)
  registerKeyRequests(app, parts)
  registerAudit(app, parts)

  addMethodNotAllowed(app)
  await app.ready()
  return app
}

/** A caller's own id is taken where it cannot break a log line or a header. */
function acceptRequestId(id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && /^[\w.-]{1,64}$/.test(id) ? id : undefined
}
