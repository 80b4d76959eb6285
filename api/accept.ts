/** Whether a client would rather have CSV than JSON (RFC 9110, 12.5.1). */
export function prefersCsv(accept: string | undefined): boolean {
  if (accept === undefined) return false
  const csv = qualityOf(accept, 'text', 'csv')
  return csv > 0 && csv > qualityOf(accept, 'application', 'json')
}

/** Whether a client would rather have a page than JSON, of any kind: a browser. */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined) return false
  const html = qualityOf(accept, 'text', 'html')
  const json = Math.max(
    qualityOf(accept, 'application', 'json'),
    qualityOf(accept, 'application', 'geo+json'),
  )
  return html > 0 && html > json
}

/** The weight of the most specific range that fits; 0 where none does. */
function qualityOf(accept: string, type: string, subtype: string): number {
  let best = { specificity: -1, quality: 0 }
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim())
    const specificity = [`*/*`, `${type}/*`, `${type}/${subtype}`].indexOf(name)
    if (specificity <= best.specificity) continue
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    const quality = weight === undefined ? 1 : Number(weight.slice(2))
    best = { specificity, quality: Number.isNaN(quality) ? 0 : quality }
  }
  return best.quality
}
