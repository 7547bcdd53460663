'use strict'

// Spiders: they fall, walk and climb towards the nearest player they may bite, and bite once a second when they are there.

const { randomUUID } = require('crypto')

const HEALTH = 16
const SPEED = 0.2 // blocks per tick; vanilla's are about as quick
const FALL = 0.6
const CLIMB = 0.2
const SEES = 40
const REACH = 1.5
const HIGH_REACH = 2
const BITE_TICKS = 20
const DEAD_STATUS = 3

class Spiders {
  constructor (serv, Vec3) {
    this.serv = serv
    this.Vec3 = Vec3
    this.all = []
    this.seed(0)
    serv.on('tick', () => this.tick())
  }

  seed (number) {
    this.draw = generator(number)
  }

  summon (position, attack, tags) {
    const { serv, Vec3 } = this
    const kind = serv.registry.entitiesByName.spider
    const spider = serv.initEntity('mob', kind.id, serv.overworld, position)
    Object.assign(spider, { uuid: randomUUID(), name: 'spider', velocity: new Vec3(0, 0, 0), metadata: [] })
    Object.assign(spider, { yaw: 0, pitch: 0, headPitch: 0 })
    Object.assign(spider, { health: HEALTH, attack, tags, rest: Math.floor(this.draw() * (BITE_TICKS + 1)) })
    // Without a size flying-squid's physics, in which mobs hover, leaves it alone.
    spider.size = undefined
    spider.updateAndSpawn()
    this.all.push(spider)
  }

  hurt (spider, points) {
    spider.health -= points
    if (spider.health <= 0) this.kill(spider)
  }

  kill (spider) {
    this.all = this.all.filter(one => one !== spider)
    spider._writeOthersNearby('entity_status', { entityId: spider.id, entityStatus: DEAD_STATUS })
    this.serv.destroyEntity(spider)
  }

  clear () {
    for (const spider of this.all) this.kill(spider)
  }

  tick () {
    for (const spider of this.all) {
      const prey = this.prey(spider)
      this.move(spider, prey)
      if (!prey) continue
      const apart = prey.position.minus(spider.position)
      if (Math.hypot(apart.x, apart.z) > REACH || Math.abs(apart.y) > HIGH_REACH) continue
      if (spider.rest-- > 0) continue
      spider.rest = BITE_TICKS - 1
      prey.hurt(spider.attack)
    }
  }

  prey (spider) {
    let best = null
    let least = SEES
    for (const player of this.serv.players) {
      if (player.health <= 0 || player.invulnerable()) continue
      const far = player.position.distanceTo(spider.position)
      if (far < least) [best, least] = [player, far]
    }
    return best
  }

  move (spider, prey) {
    const at = spider.position.clone()
    const [x, z] = prey ? towards(at, prey.position) : [at.x, at.z]
    if (!this.solid(x, at.y, z)) {
      Object.assign(at, { x, z })
      at.y -= FALL
      if (this.solid(at.x, at.y, at.z)) at.y = Math.floor(at.y) + 1
    } else if (!this.solid(at.x, at.y + 1, at.z)) {
      at.y += CLIMB
    }
    if (!at.equals(spider.position)) spider.sendPosition(at, true)
  }

  solid (x, y, z) {
    const [bx, by, bz] = [x, y, z].map(Math.floor)
    const column = this.serv.overworld.getLoadedColumn(bx >> 4, bz >> 4)
    if (!column) return true
    const block = this.serv.registry.blocksByStateId[column.getBlockStateId({ x: bx & 15, y: by, z: bz & 15 })]
    return Boolean(block) && block.boundingBox === 'block'
  }
}

// A step's end, as near as it takes to bite.
function towards (from, to) {
  const [x, z] = [to.x - from.x, to.z - from.z]
  const far = Math.hypot(x, z)
  const part = far > REACH / 2 ? Math.min(SPEED, far) / far : 0
  return [from.x + x * part, from.z + z * part]
}

// Numbers in [0, 1) that follow from a seed (the mulberry32 generator).
function generator (seed) {
  let state = (Math.floor(seed / 2 ** 32) ^ seed) >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

module.exports = { Spiders }
