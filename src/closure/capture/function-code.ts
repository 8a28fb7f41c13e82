import type { Analysis } from '../analysis/analyse.js'
import type { ClassShape } from '../analysis/class-shape.js'
import { viteWords } from './vite.js'

/** How one variable is set up in the text around a function. */
export interface VariableSetup {
  readonly name: string
  /** Its place in the list of values. */
  readonly index: number
  /**
   * `const`: known when the function is made. `let`: the same, but the function assigns it. `late`: filled in afterwards.
   * `cell`: shared with other functions that assign it, and kept in an object.
   */
  readonly mode: 'const' | 'let' | 'late' | 'cell'
}

/** What the text around a function needs to know. */
export interface CodePlan {
  readonly analysis: Analysis
  readonly strict: boolean
  readonly variables: readonly VariableSetup[]
  /** Places of the superclass, and of the computed keys, in the list of values. */
  readonly superIndex?: number
  readonly keyIndexes: readonly number[]
  /** Whether instances with private fields have to be made of this class. */
  readonly isStamped: boolean
}

/** A script that evaluates to a factory: given the values, it makes the function. */
export interface Code {
  readonly text: string
  /** Length of what stands before the function's own text. */
  readonly headLength: number
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Makes the script of a function. The user's text stays where it is, line by line and mostly column by column; what has to
 * change in it is changed in place. Everything else stands before it, on its first line.
 */
export function functionCode(plan: CodePlan): Code {
  const { analysis } = plan
  const env = freeName('$fs', analysis.source)
  const head = [`(function(${env}){`, plan.strict ? '"use strict";' : '']
  for (const { name, index, mode } of plan.variables) {
    if (mode === 'cell') head.push(`const ${env}${index}=${env}[${index}];`)
    else if (mode === 'late') head.push(`let ${name};`)
    else head.push(`${mode} ${name}=${env}[${index}];`)
  }
  const late = plan.variables.filter((one) => one.mode === 'late')
  if (late.length > 0) {
    head.push(`${env}.late=()=>{${late.map(({ name, index }) => `${name}=${env}[${index}];`).join('')}};`)
  }
  if (analysis.importCalls.length > 0) head.push(`const $mport=${env}.dynamicImport;`)
  if (analysis.importMetas.length > 0) head.push(`const $importMeta=${env}.importMeta;`)
  for (const [name, word] of Object.entries(viteWords)) {
    if (analysis.free.has(name)) head.push(`const ${name}=${env}.${word};`)
  }
  const isMember = analysis.prefix === '({'
  head.push('return ', isMember ? `${env}.member({` : '(')
  const before = head.join('')
  const source = applyEdits(analysis.source, allEdits(plan, env))
  return { text: `${before}${source}${isMember ? '})' : ')'}})`, headLength: before.length }
}

/** A name that the text does not have. */
function freeName(wish: string, source: string): string {
  let name = wish
  while (source.includes(name)) name += '$'
  return name
}

function allEdits(plan: CodePlan, env: string): Edit[] {
  const { analysis } = plan
  const edits: Edit[] = []
  for (const { name, index, mode } of plan.variables) {
    if (mode === 'cell') edits.push(...cellEdits(analysis, name, `${env}${index}`))
  }
  for (const start of analysis.importCalls) edits.push({ start, end: start + 6, text: '$mport' })
  for (const { start, end } of analysis.importMetas) edits.push({ start, end, text: '$importMeta' })
  const own = analysis.ownName
  if (own && analysis.form === 'function' && plan.variables.some(({ name }) => name === own.name)) {
    // The name means a variable, not the function itself.
    edits.push({ start: own.start, end: own.end, text: blank(own.name) })
  }
  if (analysis.computedKey) edits.push({ ...analysis.computedKey, text: '"member"' })
  if (analysis.shape) edits.push(...classEdits(analysis, analysis.shape, plan, env))
  return edits
}

/** A variable that several functions share is read and written through its cell. */
function cellEdits(analysis: Analysis, name: string, cell: string): Edit[] {
  const uses = analysis.free.get(name)?.occurrences ?? []
  return uses.map(({ start, shorthand, callee }) => {
    const access = callee ? `${cell}.callee()` : `${cell}.value`
    return { start, end: start + name.length, text: shorthand ? `${name}:${access}` : access }
  })
}

function classEdits(analysis: Analysis, shape: ClassShape, plan: CodePlan, env: string): Edit[] {
  const edits: Edit[] = []
  const { source } = analysis
  if (shape.superClass && plan.superIndex !== undefined) {
    edits.push({ ...shape.superClass, text: `${env}[${plan.superIndex}]` })
  }
  for (const [i, key] of shape.computedKeys.entries()) {
    edits.push({ start: key.start, end: key.end, text: `${env}[${plan.keyIndexes[i]}]` })
  }
  for (const { start, end } of shape.staticCode) edits.push({ start, end, text: blank(source.slice(start, end)) })
  for (const { isStatic, value, nameEnd } of shape.privates) {
    if (isStatic && value) {
      edits.push({ start: nameEnd, end: value.end, text: blank(source.slice(nameEnd, value.end)) })
    }
  }
  if (plan.isStamped) edits.push(...stampEdits(source, shape, env))
  const setters = shape.privates
    .filter((one) => one.kind === 'field' && (one.isStatic || plan.isStamped))
    .map(({ name }) => `case"${name}":o.${name}=v;break;`)
  if (setters.length > 0) {
    const text = `;static{${env}.setPrivate=function(o,n,v){switch(n){${setters.join('')}}}}`
    edits.push({ start: shape.bodyEnd, end: shape.bodyEnd, text })
  }
  return edits
}

/**
 * Private fields can only be put on an object by running the class's construction. While an object is being stamped, the
 * superclass returns that object, initialisers do nothing and the constructor stops after super().
 */
function stampEdits(source: string, shape: ClassShape, env: string): Edit[] {
  const edits: Edit[] = []
  const isDerived = shape.superClass !== undefined
  if (!isDerived) edits.push({ start: shape.bodyStart, end: shape.bodyStart, text: ` extends ${env}.base` })
  for (const { start, end } of shape.fieldValues) {
    edits.push({ start, end: start, text: `${env}.stamping?void 0:(` })
    edits.push({ start: end, end, text: ')' })
  }
  const made = shape.constructorMethod
  if (!made) return edits
  const guard = isDerived ? `if(${env}.stamping){super();return}` : `super();if(${env}.stamping)return;`
  if (made.isSimple) {
    edits.push({ start: made.bodyStart, end: made.bodyStart, text: guard })
    return edits
  }
  const { start, end } = made.params
  const list = source.slice(start, end)
  edits.push({ start, end, text: `...${env}args${blank(list).replace(/[^\S\r\n]/g, '')}` })
  edits.push({
    start: made.bodyStart,
    end: made.bodyStart,
    text: `${guard}var [${list.replace(/\s*\n\s*/g, ' ')}]=${env}args;`,
  })
  return edits
}

/** As much white space, with the line ends where they were. */
function blank(text: string): string {
  return text.replace(/[^\r\n\u2028\u2029]/g, ' ')
}

function applyEdits(source: string, edits: Edit[]): string {
  if (edits.length === 0) return source
  const sorted = edits
    .map((edit, order) => ({ edit, order }))
    .sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end || a.order - b.order)
  const parts: string[] = []
  let at = 0
  for (const { edit } of sorted) {
    if (edit.start < at) continue
    parts.push(source.slice(at, edit.start), edit.text)
    at = edit.end
  }
  parts.push(source.slice(at))
  return parts.join('')
}
