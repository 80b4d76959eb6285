import type { LorryRound, Round, RoundStop } from '../model/round.ts'
import { drawRoundMap } from './draw-round-map.ts'
import { escapeXml } from './escape-xml.ts'

/** What people call the things of a round; what is not there is called by its id. */
export interface SheetNames {
  readonly authority: string
  /** Of the IANA database: the clock that the crew goes by. */
  readonly timeZone: string
  readonly lorries: ReadonlyMap<string, string>
  readonly bins: ReadonlyMap<string, string>
  readonly tips: ReadonlyMap<string, string>
}

/** Of the sheet's one style element, for whoever serves it to allow by its hash. */
export const SHEET_STYLE = `
@page { size: A4; margin: 12mm; }
body { font: 10pt/1.35 system-ui, "Liberation Sans", Arial, sans-serif; color: #111; margin: 0 auto; max-width: 190mm; padding: 8mm; }
section + section { break-before: page; margin-top: 16mm; }
h1 { font-size: 17pt; margin: 0; }
h1 small { font-size: 10pt; font-weight: normal; color: #444; }
p { margin: 1mm 0 3mm; }
.map { display: block; width: 100%; height: auto; margin: 2mm 0 3mm; }
.map text { font: 2.6px system-ui, "Liberation Sans", Arial, sans-serif; fill: #111; paint-order: stroke; stroke: #fff; stroke-width: 0.7px; }
.ground { fill: #f6f6f2; stroke: #bbb; stroke-width: 0.3; }
.way { fill: none; stroke: #1f6fb2; stroke-width: 0.7; stroke-linejoin: round; }
.lift { fill: #b3261e; stroke: #fff; stroke-width: 0.25; }
.tip { fill: #6a4c93; stroke: #fff; stroke-width: 0.25; }
.depot { fill: #111; stroke: #fff; stroke-width: 0.25; }
.scale { fill: none; stroke: #111; stroke-width: 0.4; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border-bottom: 0.3mm solid #ccc; padding: 0.8mm 1.5mm; text-align: left; vertical-align: top; }
th { border-bottom: 0.5mm solid #111; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.why { color: #444; font-size: 9pt; }
.box { display: inline-block; width: 3.6mm; height: 3.6mm; border: 0.4mm solid #111; }
footer { color: #444; font-size: 8.5pt; margin-top: 3mm; }
@media print { body { padding: 0; max-width: none; } section + section { margin-top: 0; } }
`

/**
 * A round for its crews to print: a page or more for each lorry, with its way drawn, its stops numbered with a box to tick,
 * and at the end the bins that are left. HTML without scripts and without anything from elsewhere.
 */
export function writeRoundSheet(round: Round, names: SheetNames): string {
  const title = `Round of ${round.request.date}`
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}, ${escapeXml(names.authority)}</title>`,
    `<style>${SHEET_STYLE}</style></head>`,
    '<body>',
    ...(round.lorries.length === 0 ? [writeEmpty(round, names)] : []),
    ...round.lorries.map((lorry) => writeLorry(round, lorry, names)),
    ...(round.left.length === 0 ? [] : [writeLeft(round, names)]),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

function writeEmpty({ request, id, status, error }: Round, { authority }: SheetNames): string {
  const state = status === 'done' ? 'No lorry has anything to do.' : `This round is ${status}.`
  return [
    `<section><h1>Round of ${request.date} <small>${escapeXml(authority)}, ${escapeXml(id)}</small></h1>`,
    `<p>${state}${error === null ? '' : ` ${escapeXml(error)}`}</p></section>`,
  ].join('\n')
}

function writeLorry(round: Round, lorry: LorryRound, names: SheetNames): string {
  const { stops, lorryId, distanceM, durationSeconds } = lorry
  let count = 0
  const numbers = stops.map(({ type }) => (type === 'lift' || type === 'tip' ? ++count : null))
  const lifts = stops.filter(({ type }) => type === 'lift').length
  const origin = round.estimated
    ? 'Ways and times are estimated by straight lines, for want of a map of the roads.'
    : round.attribution === null
      ? ''
      : `Roads ${escapeXml(round.attribution)}.`
  return [
    '<section>',
    `<h1>${escapeXml(names.lorries.get(lorryId) ?? lorryId)} <small>${escapeXml(names.authority)}, ${formatDate(round.request.date)}</small></h1>`,
    `<p>${lifts} ${lifts === 1 ? 'bin' : 'bins'}, ${formatKm(distanceM)}, ${formatDuration(durationSeconds)}${round.status === 'done' ? '' : `; this round is ${round.status}`}</p>`,
    drawRoundMap(lorry, numbers),
    '<table>',
    '<thead><tr><th></th><th class="number">No.</th><th class="number">Arrive</th><th class="number">Leave</th><th>Stop</th><th class="number">Load then</th><th>Why</th></tr></thead>',
    '<tbody>',
    ...stops.map((stop, index) => writeStop(stop, numbers[index] ?? null, names)),
    '</tbody>',
    '</table>',
    `<footer>${origin} Times are of ${escapeXml(names.timeZone)}. ${escapeXml(round.id)}, lorry ${escapeXml(lorryId)}.</footer>`,
    '</section>',
  ].join('\n')
}

function writeStop(stop: RoundStop, number: number | null, names: SheetNames): string {
  const { arrivalTime, departureTime, load, reason, status } = stop
  const cells = [
    `<td>${number === null ? '' : '<span class="box"></span>'}</td>`,
    `<td class="number">${number ?? ''}</td>`,
    `<td class="number">${formatTimeOfDay(arrivalTime, names.timeZone)}</td>`,
    `<td class="number">${formatTimeOfDay(departureTime, names.timeZone)}</td>`,
    `<td>${describeStop(stop, names)}${status === undefined || status === 'planned' ? '' : `: ${status}`}</td>`,
    `<td class="number">${formatNumber(load.litres)} l, ${formatNumber(load.kg)} kg</td>`,
    `<td class="why">${reason === null ? '' : escapeXml(reason)}</td>`,
  ]
  return `<tr>${cells.join('')}</tr>`
}

function describeStop({ type, deviceId, tipId }: RoundStop, { bins, tips }: SheetNames): string {
  switch (type) {
    case 'lift':
      return describe(deviceId ?? '', bins)
    case 'tip':
      return `Unload at ${tipId === null ? 'the depot' : describe(tipId, tips)}`
    case 'break':
      return 'Break'
    case 'start':
      return 'Leave the depot'
    case 'end':
      return 'Back at the depot'
  }
}

function describe(id: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(id)
  return name === undefined ? escapeXml(id) : `${escapeXml(name)} (${escapeXml(id)})`
}

function writeLeft({ request, left }: Round, { authority, bins }: SheetNames): string {
  return [
    '<section>',
    `<h1>Left for another day <small>${escapeXml(authority)}, ${formatDate(request.date)}</small></h1>`,
    '<table><thead><tr><th>Bin</th><th>Why</th></tr></thead><tbody>',
    ...left.map(
      ({ deviceId, reason }) =>
        `<tr><td>${describe(deviceId, bins)}</td><td class="why">${escapeXml(reason)}</td></tr>`,
    ),
    '</tbody></table></section>',
  ].join('\n')
}

function formatDate(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' }).format(
    Date.parse(`${date}T00:00:00Z`),
  )
}

function formatTimeOfDay(time: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(
    Date.parse(time),
  )
}

function formatKm(metres: number): string {
  return `${(metres / 1000).toFixed(1)} km`
}

function formatDuration(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

function formatNumber(value: number): string {
  return new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 }).format(value)
}
