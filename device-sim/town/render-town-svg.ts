import type { StreetClass } from './street-network.ts'
import type { Position, Town } from './town.ts'

const WIDTHS_M: Record<StreetClass, number> = { main: 13, secondary: 9.5, residential: 6.5 }
const LINE_COLOURS = ['#c8553d', '#2e7d6b', '#5b5ea6', '#b8860b', '#8e4585', '#3a7ca5', '#6b8e23', '#a0522d']
const MARGIN_M = 120

/** A town as a picture: SVG of about 1,200 pixels a side. */
export function renderTownSvg(town: Town): string {
  const reachM = town.radiusM * 1.15 + MARGIN_M
  const metresPerDegree = 111_320
  const [longitude, latitude] = town.centre
  const stretch = Math.cos((latitude * Math.PI) / 180)
  const at = ([lon, lat]: Position): string => {
    const x = (lon - longitude) * metresPerDegree * stretch
    const y = (latitude - lat) * metresPerDegree
    return `${x.toFixed(1)},${y.toFixed(1)}`
  }
  const path = (points: readonly Position[]): string => `M${points.map(at).join('L')}`
  const byClass = (streetClass: StreetClass): string =>
    town.streets
      .filter((street) => street.class === streetClass)
      .map(({ points }) => path(points))
      .join('')
  const classes = ['residential', 'secondary', 'main'] as const
  const dots = (positions: readonly Position[], radius: number, attributes: string): string =>
    positions
      .map((position) => {
        const [x, y] = at(position).split(',')
        return `<circle cx="${x}" cy="${y}" r="${radius}" ${attributes}/>`
      })
      .join('')

  const parts = [
    `<rect x="${-reachM}" y="${-reachM}" width="${2 * reachM}" height="${2 * reachM}" fill="#e9eedd"/>`,
    // The land beside streets is built on.
    `<path d="${classes.map(byClass).join('')}" stroke="#ece6dc" stroke-width="74"/>`,
    `<path d="${path(town.river.points)}" stroke="#9cc3dd" stroke-width="${town.river.widthM}"/>`,
    `<path d="${path(town.railway.points)}" stroke="#8d8d8d" stroke-width="5"/>`,
    `<path d="${path(town.railway.points)}" stroke="#fff" stroke-width="3" stroke-dasharray="14 14" stroke-linecap="butt"/>`,
    ...classes.map((c) => `<path d="${byClass(c)}" stroke="#b9b0a2" stroke-width="${WIDTHS_M[c] + 3}"/>`),
    ...classes.map(
      (c) =>
        `<path d="${byClass(c)}" stroke="${c === 'main' ? '#fbe3a6' : '#fff'}" stroke-width="${WIDTHS_M[c]}"/>`,
    ),
    ...town.lines.map(
      ({ points }, index) =>
        `<path d="${path(points)}" stroke="${LINE_COLOURS[index % LINE_COLOURS.length]}" stroke-width="4" opacity="0.75"/>`,
    ),
    dots(
      town.bins.map(({ position }) => position),
      5,
      'fill="#4c7a34"',
    ),
    dots(
      town.counters.map(({ position }) => position),
      8,
      'fill="#d1495b" stroke="#fff" stroke-width="2"',
    ),
    dots(
      town.stops.map(({ position }) => position),
      9,
      'fill="#fff" stroke="#26547c" stroke-width="4"',
    ),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="1200" viewBox="${-reachM} ${-reachM} ${2 * reachM} ${2 * reachM}">`,
    '<g fill="none" stroke-linecap="round" stroke-linejoin="round">',
    ...parts,
    '</g></svg>',
  ].join('\n')
}
