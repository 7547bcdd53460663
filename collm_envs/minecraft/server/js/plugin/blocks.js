'use strict'

// setblock and fill: blocks change in the world first, then every player who has the chunk is told, a packet per section.

const { BadCommand, blockState, incorrect, position } = require('./reading')

const MOST = 32768
const FILL_MODES = ['replace', 'keep', 'hollow', 'outline', 'destroy']
const SET_MODES = ['replace', 'keep', 'destroy']

function blockCommands (serv) {
  const { registry } = serv

  return {
    async setblock (rest, source) {
      const words = split(rest)
      const [x, y, z] = position(words, source, true)
      const state = blockState(registry, words[3])
      const mode = oneOf(words[4] || 'replace', SET_MODES, words.slice(5))
      const change = new Changes(serv)
      await change.open(x, z, x, z)
      checkHeight(change, y)
      if ((mode === 'keep' && change.get(x, y, z) !== 0) || !change.set(x, y, z, state)) return 'Could not set the block'
      change.tell()
      return `Changed the block at ${x}, ${y}, ${z}`
    },

    async fill (rest, source) {
      const words = split(rest)
      const [one, other] = [position(words, source, true), position(words.slice(3), source, true)]
      const [low, high] = [Math.min, Math.max].map(pick => one.map((value, i) => pick(value, other[i])))
      const state = blockState(registry, words[6])
      const mode = oneOf(words[7] || 'replace', FILL_MODES, words.slice(mode8(words)))
      const filter = words[7] === 'replace' && words[8] ? filterOf(registry, words[8]) : null
      const volume = high.reduce((product, value, i) => product * (value - low[i] + 1), 1)
      if (volume > MOST) throw new BadCommand(`Too many blocks in the specified area (maximum ${MOST}, specified ${volume})`)
      const change = new Changes(serv)
      await change.open(low[0], low[2], high[0], high[2])
      checkHeight(change, low[1])
      checkHeight(change, high[1])
      let count = 0
      for (let y = low[1]; y <= high[1]; y++) {
        for (let z = low[2]; z <= high[2]; z++) {
          for (let x = low[0]; x <= high[0]; x++) {
            const shell = [x, y, z].some((value, i) => value === low[i] || value === high[i])
            if (mode === 'outline' && !shell) continue
            if (mode === 'keep' && change.get(x, y, z) !== 0) continue
            if (filter && !filter(change.get(x, y, z))) continue
            if (change.set(x, y, z, mode === 'hollow' && !shell ? 0 : state)) count++
          }
        }
      }
      change.tell()
      return count ? `Successfully filled ${count} block(s)` : 'No blocks were filled'
    }
  }
}

function mode8 (words) {
  return words[7] === 'replace' ? 9 : 8
}

// Words, where a block's states may hold spaces.
function split (rest) {
  return rest.replace(/\s*([[,=\]])\s*/g, '$1').replace(/\](?=\S)/g, '] ').split(/\s+/).filter(Boolean)
}

function oneOf (mode, modes, more) {
  if (!modes.includes(mode) || more.length) throw incorrect([mode, ...more].join(' '))
  return mode
}

function filterOf (registry, text) {
  const state = blockState(registry, text)
  if (text.includes('[')) return one => one === state
  const block = registry.blocksByStateId[state]
  return one => one >= block.minStateId && one <= block.maxStateId
}

function checkHeight (change, y) {
  if (y < change.bottom || y >= change.top) throw new BadCommand('That position is out of this world!')
}

// Blocks that one command changes.
class Changes {
  constructor (serv) {
    this.serv = serv
    this.columns = new Map()
    this.sections = new Map()
    const tall = serv.registry.supportFeature('tallWorld')
    this.bottom = tall ? -64 : 0
    this.top = tall ? 320 : 256
    this.at = { x: 0, y: 0, z: 0 }
  }

  async open (x0, z0, x1, z1) {
    for (let x = x0 >> 4; x <= x1 >> 4; x++) {
      for (let z = z0 >> 4; z <= z1 >> 4; z++) this.columns.set(`${x},${z}`, await this.serv.overworld.getColumn(x, z))
    }
  }

  column (x, y, z) {
    Object.assign(this.at, { x: x & 15, y, z: z & 15 })
    return this.columns.get(`${x >> 4},${z >> 4}`)
  }

  get (x, y, z) {
    return this.column(x, y, z).getBlockStateId(this.at)
  }

  // Whether the block is another one now.
  set (x, y, z, state) {
    const column = this.column(x, y, z)
    if (column.getBlockStateId(this.at) === state) return false
    column.setBlockStateId(this.at, state)
    const key = `${x >> 4},${z >> 4},${y >> 4}`
    if (!this.sections.has(key)) this.sections.set(key, [])
    this.sections.get(key).push([x, y, z, state])
    return true
  }

  tell () {
    const single = this.serv.supportFeature('usesMultiblockSingleLong')
    for (const [key, changes] of this.sections) {
      const [x, z, y] = key.split(',').map(Number)
      for (const player of this.serv.players) {
        if (player.loadedChunks[`${x},${z}`] === undefined) continue
        if (single && changes.length > 1) {
          const records = changes.map(([cx, cy, cz, state]) => (state << 12) | ((cx & 15) << 8) | ((cz & 15) << 4) | (cy & 15))
          const light = { notTrustEdges: false, suppressLightUpdates: true }
          player._client.write('multi_block_change', { chunkCoordinates: { x, y, z }, ...light, records })
        } else {
          for (const [cx, cy, cz, state] of changes) {
            player._client.write('block_change', { location: { x: cx, y: cy, z: cz }, type: state })
          }
        }
      }
    }
  }
}

module.exports = { blockCommands }
