/**
 * Every word that a user sees comes from renderer/locales: the templates hold no text of their own, and no message is asked for that does
 * not exist or exists without being asked for.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse as parseTemplate } from 'vue/compiler-sfc'
import { describe, expect, it } from 'vitest'
import { en } from '../../../../renderer/locales/en.ts'

const RENDERER = path.join(import.meta.dirname, '..', '..', '..', '..', 'renderer')
/** Attributes that are read aloud or shown. */
const SPOKEN = new Set([
  'title',
  'alt',
  'placeholder',
  'label',
  'aria-label',
  'aria-description',
  'aria-roledescription',
])
/** Symbols of the paper, separators and units are the same in every language. */
const WORD = /\p{L}{2,}/u
const NAMES = /VAA\*?|M\*|Ctrl(\+Shift)?\+\w+/g

interface TemplateNode {
  readonly type: number
  readonly content?: unknown
  readonly children?: readonly TemplateNode[]
  readonly branches?: readonly TemplateNode[]
  readonly props?: readonly {
    readonly type: number
    readonly name: string
    readonly value?: { readonly content: string }
    /** Of a binding: what is bound, and the expression. */
    readonly arg?: { readonly content: string }
    readonly exp?: { readonly content: string }
  }[]
  readonly loc: { readonly start: { readonly line: number } }
  readonly tag?: string
}

const ELEMENT = 1
const TEXT = 2
const INTERPOLATION = 5
const ATTRIBUTE = 6
const DIRECTIVE = 7
/** What writes a number with a decimal point in every language. */
const POINTED = /\bString\(|\.toFixed\(|\.toPrecision\(|\.toExponential\(/

function sources(ending: string): string[] {
  return readdirSync(RENDERER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending))
}

/** @returns `line: text` for every word that stands in the template itself */
export function wordsIn(source: string): string[] {
  const found: string[] = []
  const look = (text: string, line: number): void => {
    if (WORD.test(text.replace(NAMES, ''))) found.push(`${line}: ${text.trim()}`)
  }
  const walk = (node: TemplateNode): void => {
    if (node.type === TEXT) look(String(node.content), node.loc.start.line)
    if (node.type === ELEMENT)
      for (const prop of node.props ?? [])
        if (prop.type === ATTRIBUTE && SPOKEN.has(prop.name)) look(prop.value?.content ?? '', node.loc.start.line)
    for (const child of node.children ?? []) walk(child)
  }
  const template = parseTemplate(source).descriptor.template?.ast
  if (template) for (const child of template.children) walk(child as unknown as TemplateNode)
  return found
}

/** @returns `line: expression` for every number that is shown or spoken without regard to the language */
export function pointedNumbersIn(source: string): string[] {
  const found: string[] = []
  const look = (expression: string | undefined, line: number): void => {
    if (expression !== undefined && POINTED.test(expression)) found.push(`${line}: ${expression.trim()}`)
  }
  const walk = (node: TemplateNode): void => {
    const { line } = node.loc.start
    if (node.type === INTERPOLATION) look((node.content as { readonly content: string }).content, line)
    if (node.type === ELEMENT)
      for (const { type, arg, exp } of node.props ?? [])
        if (type === DIRECTIVE && SPOKEN.has(arg?.content ?? '')) look(exp?.content, line)
    for (const child of node.children ?? []) walk(child)
  }
  const template = parseTemplate(source).descriptor.template?.ast
  if (template) for (const child of template.children) walk(child as unknown as TemplateNode)
  return found
}

function keysOf(messages: object, prefix = ''): string[] {
  return Object.entries(messages).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${prefix}${key}`] : keysOf(value as object, `${prefix}${key}.`),
  )
}

describe('the words of the screens', () => {
  it('are seen where they stand in a template', () => {
    expect(wordsIn('<template><p>Hello there</p></template>')).toEqual(['1: Hello there'])
    expect(wordsIn('<template><input placeholder="Search" :title="t(`a`)" /></template>')).toEqual(['1: Search'])
    expect(wordsIn('<template><p>{{ t("a") }} · VAA* %</p></template>')).toEqual([])
  })

  it.each(sources('.vue'))('stand in locales/, none in %s', (file) => {
    expect(wordsIn(readFileSync(path.join(RENDERER, file), 'utf8'))).toEqual([])
  })

  it('have numbers that follow the language beside them, on hover as well', () => {
    const pointed =
      '<template><p :title="String(loss)">{{ rate.toFixed(2) }}</p><a :title="t(`a`)" :key="String(1)" /></template>'
    expect(pointedNumbersIn(pointed)).toEqual(['1: String(loss)', '1: rate.toFixed(2)'])
    const found = sources('.vue').flatMap((file) =>
      pointedNumbersIn(readFileSync(path.join(RENDERER, file), 'utf8')).map((what) => `${file}, ${what}`),
    )
    expect(found).toEqual([])
  })

  it('exist for every message that is asked for by its whole name', () => {
    const known = new Set(keysOf(en))
    const missing = [...sources('.vue'), ...sources('.ts')].flatMap((file) => {
      const text = readFileSync(path.join(RENDERER, file), 'utf8')
      return [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key!).filter((key) => !known.has(key))
    })
    expect(missing).toEqual([])
  })

  it('have names without dots, which would be taken for levels', () => {
    const names = (messages: object): string[] =>
      Object.entries(messages).flatMap(([key, value]) => [
        key,
        ...(typeof value === 'string' ? [] : names(value as object)),
      ])
    expect(names(en).filter((name) => name.includes('.'))).toEqual([])
  })

  it('are all asked for', () => {
    const all = [...sources('.vue'), ...sources('.ts')]
      .filter((file) => !file.startsWith('locales'))
      .map((file) => readFileSync(path.join(RENDERER, file), 'utf8'))
      .join('\n')
    const unused = keysOf(en).filter((key) => {
      if (all.includes(`'${key}'`)) return false
      // Or by a template: `design.strategy.${strategy}` asks for all of them.
      return ![...all.matchAll(/`([\w.-]*\$\{[^`]*)`/g)].some(([, pattern]) => {
        const expression = pattern!
          .split(/\$\{[^}]*\}/)
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('.+')
        return new RegExp(`^${expression}$`).test(key)
      })
    })
    expect(unused).toEqual([])
  })
})
