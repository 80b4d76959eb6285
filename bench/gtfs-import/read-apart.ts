import { openFile } from '../../transit/timetable/byte-source.ts'
import { readTimetable } from '../../transit/timetable/read-timetable.ts'

// A process for bench gtfs-import, so that its memory is that of the import alone: PATH and cpu or wall.

const [path = '', clock = 'cpu'] = process.argv.slice(2)
const startedAt = performance.now()
const before = process.cpuUsage()
const { timetable, errorCount, errors, warningCount } = readTimetable(openFile(path))
const { user, system } = process.cpuUsage(before)
const seconds = clock === 'cpu' ? (user + system) / 1e6 : (performance.now() - startedAt) / 1e3
if (!timetable) {
  process.stderr.write(`${errorCount} errors, the first of them: ${JSON.stringify(errors[0])}\n`)
  process.exit(1)
}
const stopTimes = timetable.stopTimes.count
const result = {
  stopTimesPerSecond: Math.round(stopTimes / seconds),
  // ru_maxrss is in KiB.
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  stopTimes,
  seconds: Number(seconds.toFixed(2)),
  trips: timetable.trips.count,
  stops: timetable.stops.count,
  warnings: warningCount,
}
process.stdout.write(JSON.stringify(result))
