// A module of the user's own: it travels by value, and only what is used of it.
import { basename } from 'node:path'
import { tokenizer } from 'acorn'

let calls = 0
export const factor = 7
export const unused = new Promise(() => {})
export function scale(x) {
  calls++
  return x * factor
}
export const callCount = () => calls
export const tokenCount = (text) => [...tokenizer(text, { ecmaVersion: 2022 })].length
export const fileName = (path) => basename(path)
export default class Box {
  constructor(value) {
    this.value = value
  }
  doubled() {
    return scale(this.value) * 2
  }
}
