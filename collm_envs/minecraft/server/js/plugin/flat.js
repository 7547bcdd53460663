'use strict'

// The world of a flat vanilla server: bedrock, two layers of dirt, grass with its top at y = -61.

const BOTTOM = -64
const LAYERS = ['bedrock', 'dirt', 'dirt', 'grass_block']
const DAYLIGHT = 15

module.exports = ({ registry }) => {
  const Chunk = require('./index').load('prismarine-chunk')(registry)
  const tall = registry.supportFeature('tallWorld')
  const bottom = tall ? BOTTOM : 0
  const states = LAYERS.map(name => (registry.blocksByName[name] || registry.blocksByName.grass).defaultState)
  return () => {
    const chunk = tall ? new Chunk({ minY: BOTTOM, worldHeight: 384 }) : new Chunk()
    const at = { x: 0, y: 0, z: 0 }
    for (at.x = 0; at.x < 16; at.x++) {
      for (at.z = 0; at.z < 16; at.z++) {
        for (let layer = 0; layer < states.length; layer++) {
          at.y = bottom + layer
          chunk.setBlockStateId(at, states[layer])
        }
        at.y = bottom + states.length
        chunk.setSkyLight(at, DAYLIGHT)
      }
    }
    return chunk
  }
}

module.exports.surface = registry => (registry.supportFeature('tallWorld') ? BOTTOM : 0) + LAYERS.length
