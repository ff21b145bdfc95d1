/**
 * Numbers and times as the screens write them: three significant digits, tabular, the unit beside; decimal mark and thousands as the language of the
 * screens has them, everywhere, since 1,234 is little more than one to a French reader. Files have a decimal point in every language.
 */
import { computed, ref } from 'vue'
import { summarize } from '../../shared/statistics/summary.ts'

/** Of the screens, as `fr`, or with the region that the system wishes for it, as `en-GB`. */
export const formatLanguage = ref('en-US')

/** `.` or `,`. */
export const decimalMark = computed(
  () =>
    new Intl.NumberFormat(formatLanguage.value).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.',
)
const marked = (text: string): string => (decimalMark.value === '.' ? text : text.replace('.', decimalMark.value))

/** Made once a language: a table writes hundreds of them while it is scrolled. */
const counts = computed(() => new Intl.NumberFormat(formatLanguage.value, { maximumFractionDigits: 0 }))
const times = computed(() => new Intl.DateTimeFormat(formatLanguage.value, { dateStyle: 'medium', timeStyle: 'short' }))
const clockTimes = computed(() => new Intl.DateTimeFormat(formatLanguage.value, { timeStyle: 'medium', hour12: false }))

/** `0.0123`, `1.2e-7`, `12,300`; a dash for what is not there. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return marked(value.toExponential(2))
  if (size >= 1000) return formatCount(value)
  return marked(String(Number(value.toPrecision(3))))
}

/** Every digit, for where the short form is pointed at. */
export function formatExact(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : marked(String(value))
}

/** Numbers in a row, each in words already; a comma between them would be one mark too many where it is that of decimals. */
export function listNumbers(texts: readonly string[]): string {
  return texts.join(decimalMark.value === ',' ? ' ; ' : ', ')
}

/** Of several seeds. */
export function formatExactList(values: readonly number[]): string {
  return listNumbers(values.map(formatExact))
}

/** With so many decimals whatever they are, so that what is dragged does not change its width. */
export function formatFixed(value: number, decimalCount: number): string {
  return marked(value.toFixed(decimalCount))
}

const NUMBER_TEXT = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/

/** A value that is a text already, as of a configuration's field: if it is a number's, as the language writes it. */
export function localizeText(text: string): string {
  return NUMBER_TEXT.test(text) ? marked(text) : text
}

const MOST_TICK_DIGITS = 6

/** A mark of an axis: as many digits as it has, since neighbours rounded to three can read the same. `2.305`, `1e+30`, `12,300`. */
export function formatTick(value: number): string {
  const size = Math.abs(value)
  const shortest = Number(value.toPrecision(MOST_TICK_DIGITS))
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return marked(shortest.toExponential())
  if (size < 1000) return marked(String(shortest))
  const [, fraction] = String(shortest).split('.')
  return `${counts.value.format(Math.trunc(shortest))}${fraction === undefined ? '' : `${decimalMark.value}${fraction}`}`
}

/** `12,300`, of things that are counted; in French `12 300`. */
export function formatCount(count: number): string {
  return counts.value.format(count)
}

/** `0.4 s`, `4 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return '–'
  if (ms < 1000) return `${formatNumber(Number((Math.round(ms) / 1000).toPrecision(1)))} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

/** `0.4 ms`, `12 ms`, `1.3 s`: of one among many. */
export function formatEach(ms: number): string {
  return ms < 1000
    ? `${marked(String(Number(ms.toPrecision(2))))} ms`
    : `${marked(String(Number((ms / 1000).toPrecision(2))))} s`
}

/** `231 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${marked((bytes / 1e9).toFixed(2))} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1000)} kB`
}

/** `87 %`. @param share 0 to 1 */
export function formatShare(share: number | null): string {
  return share === null ? '–' : `${Math.round(100 * share)} %`
}

/** Day and minute, in the zone of the machine. */
export function formatTime(iso: string | null): string {
  return iso === null ? '–' : times.value.format(new Date(iso))
}

/** `14:05:09`, in the zone of the machine. */
export function formatClockTime(iso: string): string {
  return clockTimes.value.format(new Date(iso))
}

/** With the seeds that it is over, where some have diverged: `0.12 ± 0.01 (3/4)`. */
export function formatResult(values: readonly number[], divergedCount: number): string {
  const text = formatMeanAndStd(values)
  return text === '' || divergedCount === 0 ? text : `${text} (${values.length}/${values.length + divergedCount})`
}

/** `0.0123 ± 0.0045`, the mean of seeds and their deviation; one seed has none. */
export function formatMeanAndStd(values: readonly number[]): string {
  if (values.length === 0) return ''
  const { mean, std } = summarize(values)
  return values.length === 1 ? formatNumber(mean) : `${formatNumber(mean)} ± ${formatNumber(std)}`
}
