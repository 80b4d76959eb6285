import { encode } from 'uqr'
import { svg } from '../elements.ts'

/** A QR code (ISO/IEC 18004) of a text, dark on light in both themes, as cameras want it, with the quiet zone of four around it. */
export function createQrCode(text: string, label: string): SVGSVGElement {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const dark = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return svg(
    'svg',
    {
      viewBox: `0 0 ${size} ${size}`,
      class: 'qr-code',
      role: 'img',
      'aria-label': label,
      'shape-rendering': 'crispEdges',
    },
    svg('rect', { width: size, height: size, fill: '#fff' }),
    svg('path', { d: dark, fill: '#000' }),
  )
}
