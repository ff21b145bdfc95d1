/**
 * Series of the UCR and UEA archives as Weka writes them (`.arff`): a text of attributes and of a series a line enters, whole series leave. A
 * series of one channel has an attribute a step; one of several is a relational attribute, whose channels stand in quotes with `\n` between.
 * The last attribute is the class or target.
 */
import { failAtLine, type WholeFile, type WholeSeries } from './whole-series.ts'
import { quoteStart } from '../errors/errors.ts'

interface Header {
  /** Attributes of a line; those of a relational one are not counted. */
  readonly attributeCount: number
  readonly isRelational: boolean
  readonly task: WholeFile['task']
  /** Of the line after `@data`, from 0. */
  readonly firstLine: number
}

const isTag = (line: string, tag: string): boolean => new RegExp(`^@${tag}\\b`, 'i').test(line)

function readHeader(lines: readonly string[], where: string): Header {
  const types: string[] = []
  let isWithin = false
  let firstLine = -1
  for (let line = 0; line < lines.length && firstLine < 0; line++) {
    const content = lines[line]!.trim()
    if (isTag(content, 'data')) firstLine = line + 1
    else if (isTag(content, 'end')) isWithin = false
    else if (isTag(content, 'attribute') && !isWithin) {
      const [, type] = /^@attribute\s+(?:'[^']*'|"[^"]*"|\S+)\s+(.*)$/i.exec(content) ?? []
      if (type === undefined)
        failAtLine(
          where,
          line + 1,
          'this attribute has no type.',
          '`@attribute name numeric`',
          quoteStart(content),
          'Save it again as ARFF.',
        )
      types.push(type!.trim().toLowerCase())
      isWithin = types.at(-1) === 'relational'
    }
  }
  if (firstLine < 0)
    failAtLine(
      where,
      1,
      'the file has no series.',
      'a line `@data` and a line for each series',
      'none',
      'Save it again as ARFF.',
    )
  const isRelational = types.includes('relational')
  if (types.length < 2 || (isRelational && (types.length > 2 || types[0] !== 'relational')))
    failAtLine(
      where,
      firstLine,
      'these attributes are not those of series.',
      'an attribute for each step, or one that is relational, and the class',
      types.map(quoteStart).slice(0, 5).join(', ') || 'none',
      'Take a file of the UCR or UEA archive, or save the series as CSV in long form.',
    )
  const task = /^(numeric|real|integer)\b/.test(types.at(-1)!) ? 'regression' : 'classification'
  return { attributeCount: types.length, isRelational, task, firstLine }
}

/** Without the quotes around it. */
const unquote = (text: string): string => text.trim().replace(/^(['"])(.*)\1$/, '$2')

const splitValues = (text: string): string[] => text.split(',').map((value) => value.trim())

/** @throws LabError `dataset` for a file without series, for attributes of other tables, and for lines of another width */
export function splitArff(text: string, where: string): WholeFile {
  const lines = text.split('\n')
  const { attributeCount, isRelational, task, firstLine } = readHeader(lines, where)
  const series: WholeSeries[] = []
  for (let line = firstLine; line < lines.length; line++) {
    const content = lines[line]!.trim()
    if (content === '' || content.startsWith('%')) continue
    if (content.startsWith('{'))
      failAtLine(
        where,
        line + 1,
        'this line is of a sparse table.',
        'all values of a series',
        quoteStart(content),
        'Save it as a dense one.',
      )
    series.push({
      line: () => line + 1,
      ...(isRelational ? readChannels(content, where, line) : readOne(content, attributeCount, where, line)),
    })
  }
  return { series, task }
}

function readOne(
  content: string,
  attributeCount: number,
  where: string,
  line: number,
): Pick<WholeSeries, 'channels' | 'label'> {
  const values = splitValues(content)
  if (values.length !== attributeCount)
    failAtLine(
      where,
      line + 1,
      'this line has another number of values than there are attributes.',
      `${attributeCount}`,
      `${values.length}`,
      'Correct it.',
    )
  return { channels: [values.slice(0, -1)], label: unquote(values.at(-1)!) }
}

function readChannels(content: string, where: string, line: number): Pick<WholeSeries, 'channels' | 'label'> {
  const quote = content[0]!
  const end = content.indexOf(quote, 1)
  if (!/['"]/.test(quote) || content[end + 1] !== ',')
    failAtLine(
      where,
      line + 1,
      'this line is not a series.',
      '`"1,2\\n3,4",label`',
      quoteStart(content),
      'Write all channels in quotes, then the class.',
    )
  return {
    channels: content
      .slice(1, end)
      .split('\\n')
      .filter((channel) => channel.trim() !== '')
      .map(splitValues),
    label: unquote(content.slice(end + 2)),
  }
}
