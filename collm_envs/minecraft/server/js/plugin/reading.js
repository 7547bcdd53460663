'use strict'

// Reads the parts of commands: numbers, positions, blocks with their states, and selectors.

class BadCommand extends Error {
  constructor (...lines) {
    super(lines[0])
    this.lines = lines
  }
}

const INTEGER = /^[+-]?\d+$/
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)$/
const OPTIONS = ['type', 'tag', 'name', 'x', 'y', 'z', 'dx', 'dy', 'dz', 'distance', 'limit', 'sort']

function incorrect (rest) {
  return new BadCommand('Incorrect argument for command', `${rest}<--[HERE]`)
}

function integer (word, least, most) {
  if (!INTEGER.test(word || '')) throw new BadCommand(`Expected integer, got ${word}`)
  const value = Number(word)
  if (value < least || value > most) throw new BadCommand(`Invalid integer: it must be ${least} to ${most}, found ${value}`)
  return value
}

function decimal (word, least, most) {
  if (!DECIMAL.test(word || '')) throw new BadCommand(`Expected float, got ${word}`)
  const value = Number(word)
  if (value < least || value > most) throw new BadCommand(`Invalid float: it must be ${least} to ${most}, found ${value}`)
  return value
}

// Three words as numbers; `~` counts from where the one who gave the command stands.
function position (words, source, whole) {
  if (words.length < 3 || words.slice(0, 3).some(word => word === '')) throw new BadCommand('Incomplete (expected 3 coordinates)')
  const from = source.player ? source.player.position : { x: 0, y: 0, z: 0 }
  return ['x', 'y', 'z'].map((axis, i) => {
    const relative = words[i].startsWith('~')
    const word = relative ? words[i].slice(1) || '0' : words[i]
    const form = whole && !relative ? INTEGER : DECIMAL
    if (!form.test(word)) throw new BadCommand(`Expected ${whole ? 'a block position' : 'a coordinate'}, got ${words[i]}`)
    const value = relative ? from[axis] + Number(word) : Number(word)
    if (Math.abs(value) > 30000000) throw new BadCommand('That position is out of this world!')
    if (whole) return Math.floor(value)
    // As vanilla does: a whole number means the middle of the block, but not for its height.
    return !relative && INTEGER.test(word) && axis !== 'y' ? value + 0.5 : value
  })
}

// `name[property=value,...]` as a state's id.
function blockState (registry, text) {
  const [, name, , inside] = /^(?:minecraft:)?([a-z0-9_]+)(\[(.*)\])?$/.exec(text || '') || []
  if (!name) throw new BadCommand(`Unknown block type '${text}'`)
  const block = Object.hasOwn(registry.blocksByName, name) ? registry.blocksByName[name] : null
  if (!block) throw new BadCommand(`Unknown block type 'minecraft:${name}'`)
  const wanted = new Map((inside || '').split(',').filter(Boolean).map(part => part.split('=').map(one => one.trim())))
  const states = block.states || []
  let rest = block.defaultState - block.minStateId
  const digits = states.map(() => 0)
  for (let i = states.length - 1; i >= 0; i--) {
    digits[i] = rest % states[i].num_values
    rest = Math.floor(rest / states[i].num_values)
  }
  for (const [property, value] of wanted) {
    const i = states.findIndex(one => one.name === property)
    if (i < 0) throw new BadCommand(`Unknown property '${property}' for block 'minecraft:${name}'`)
    const digit = valuesOf(states[i]).indexOf(value)
    if (digit < 0) throw new BadCommand(`Invalid value '${value}' for property '${property}' of block 'minecraft:${name}'`)
    digits[i] = digit
  }
  return block.minStateId + states.reduce((id, one, i) => id * one.num_values + digits[i], 0)
}

function valuesOf (state) {
  if (state.values) return state.values.map(String)
  if (state.type === 'bool') return ['true', 'false']
  return Array.from({ length: state.num_values }, (_, i) => String(i))
}

// Players and spiders that a name or a selector means.
function targets (text, source, serv, spiders) {
  const found = /^@([aeprs])(?:\[(.*)\])?$/.exec(text || '')
  if (!found) {
    const player = serv.players.find(one => one.username === text)
    if (!player) throw new BadCommand('No player was found')
    return [player]
  }
  const [, kind, inside] = found
  const from = source.player ? source.player.position : { x: 0, y: 0, z: 0 }
  const options = Object.fromEntries((inside || '').split(/,(?![^[{]*[\]}])/).filter(Boolean).map(part => {
    const [key, ...value] = part.split('=')
    return [key.trim(), value.join('=').trim()]
  }))
  const unknown = Object.keys(options).find(key => !OPTIONS.includes(key))
  if (unknown) throw new BadCommand(`Unknown option '${unknown}'`)
  const centre = ['x', 'y', 'z'].map(axis => options[axis] === undefined ? from[axis] : decimal(options[axis], -3e7, 3e7))
  let all = kind === 'e' ? [...serv.players, ...spiders.all] : kind === 's' ? [source.player].filter(Boolean) : serv.players
  all = all.filter(one => matches(one, options, centre))
  const apart = one => one.position.distanceTo({ x: centre[0], y: centre[1], z: centre[2] })
  if (kind === 'p' || options.sort === 'nearest') all = [...all].sort((a, b) => apart(a) - apart(b))
  const limit = options.limit === undefined ? (kind === 'p' || kind === 'r' ? 1 : Infinity) : integer(options.limit, 1, 1e9)
  return all.slice(0, limit)
}

function matches (one, options, centre) {
  const type = one.username ? 'player' : 'spider'
  if (options.type !== undefined) {
    const not = options.type.startsWith('!')
    if ((options.type.replace(/^!/, '').replace(/^minecraft:/, '') === type) === not) return false
  }
  if (options.name !== undefined && options.name !== one.username) return false
  if (options.tag !== undefined) {
    const not = options.tag.startsWith('!')
    if ((one.tags || []).includes(options.tag.replace(/^!/, '')) === not) return false
  }
  const at = [one.position.x, one.position.y, one.position.z]
  if (options.distance !== undefined) {
    const far = Math.hypot(...at.map((value, i) => value - centre[i]))
    const [least, most] = options.distance.includes('..') ? options.distance.split('..') : [options.distance, options.distance]
    if ((least && far < decimal(least, 0, 1e9)) || (most && far > decimal(most, 0, 1e9))) return false
  }
  const spans = ['dx', 'dy', 'dz'].map(axis => options[axis])
  if (spans.every(span => span === undefined)) return true
  return spans.every((span, i) => {
    const reach = span === undefined ? 0 : decimal(span, -3e7, 3e7)
    const [low, high] = [Math.min(0, reach), Math.max(0, reach) + 1].map(value => value + centre[i])
    return at[i] >= low && at[i] < high
  })
}

module.exports = { BadCommand, blockState, decimal, incorrect, integer, position, targets }
