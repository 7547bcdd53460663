'use strict'

// What a player needs besides: one login per name, commands in order, teleports with their chunks, wounds, death and respawn.

const DEAD_STATUS = 3
const FULL = 20
const MODES = ['survival', 'creative', 'adventure', 'spectator']
const WORLD = 'minecraft:overworld'
const online = new Map()

function prepare (player, serv, view) {
  oneLoginPerName(player, serv)
  listOfPlayers(serv)
  chunks(player, serv, view)
  teleports(player, serv)
  health(player, serv)
  player.handleCommand = line => serv.collm.run(line, { player, reply: words => player.system({ text: words }) })
}

function oneLoginPerName (player, serv) {
  const { login } = player
  player.login = async () => {
    const name = player._client.username.toLowerCase()
    if (online.has(name)) {
      // It has no id yet, and whoever is told of a player without one is thrown out for it: nobody may hear that it came or left.
      delete serv.entities[player.id]
      player.disconnected = true
      player.kick('name already logged in')
      return
    }
    online.set(name, player)
    player._client.once('end', () => online.delete(name))
    await login()
  }
}

// flying-squid, at every login, replaces these two by its own. It sends the list to all but the newcomer, to whom the others then
// have no names; it starts an interval just after that, which it never stops; and since 1.19.3 nobody hears of a leave.
function listOfPlayers (serv) {
  const { _sendPlayerList: send, _sendPlayerEventLeave: leave } = serv
  serv._sendPlayerList = player => {
    send({ _writeOthers: (name, packet) => serv._writeAll(name, packet) })
    const { setInterval: start } = global
    global.setInterval = (work, ms) => {
      global.setInterval = start
      const timer = start(work, ms)
      player._client.once('end', () => clearInterval(timer))
      return timer
    }
  }
  serv._sendPlayerEventLeave = player => {
    if (serv.supportFeature('playerInfoActionIsBitfield')) player._writeOthers('player_remove', { players: [player.uuid] })
    else leave(player)
  }
}

// All chunks around a player at once, nearest first, and resolves when they are sent.
function chunks (player, serv, view) {
  const send = async () => {
    const [x, z] = [player.position.x, player.position.z].map(one => Math.floor(one) >> 4)
    player.lastPositionChunkUpdated = player.position
    if (serv.supportFeature('updateViewPosition')) player._client.write('update_view_position', { chunkX: x, chunkZ: z })
    for (const key of Object.keys(player.loadedChunks)) {
      const [cx, cz] = key.split(',').map(Number)
      if (Math.max(Math.abs(cx - x), Math.abs(cz - z)) > view) player._unloadChunk(cx, cz)
    }
    const wanted = []
    for (let dx = -view; dx <= view; dx++) for (let dz = -view; dz <= view; dz++) wanted.push([dx, dz])
    wanted.sort((a, b) => Math.hypot(...a) - Math.hypot(...b))
    for (const [dx, dz] of wanted) {
      if (!serv._worldLoadPlayerChunk(x + dx, z + dz, player)) continue
      await player.sendChunk(x + dx, z + dz, await serv.overworld.getColumn(x + dx, z + dz))
    }
  }
  player.worldSendInitialChunks = player.worldSendRestOfChunks = player.worldSendAllChunks = send
}

function teleports (player, serv) {
  const client = player._client
  let unconfirmed = 0
  const { sendSelfPosition } = player
  player.sendSelfPosition = position => {
    unconfirmed++
    sendSelfPosition(position)
  }
  client.on('teleport_confirm', () => { unconfirmed = Math.max(0, unconfirmed - 1) })
  // Until it has confirmed, a client tells where it was before.
  for (const name of ['position', 'position_look']) {
    const listeners = client.listeners(name)
    client.removeAllListeners(name)
    client.on(name, packet => { if (!unconfirmed) for (const listen of listeners) listen(packet) })
  }
  player.collmTeleport = async position => {
    await player.sendPosition(position, false, true)
    player.position = position
    player.sendSelfPosition()
    await player.worldSendAllChunks()
    player.updateAndSpawn()
  }
}

function health (player, serv) {
  player.invulnerable = () => player.gameMode === 1 || player.gameMode === 3
  player.hurt = points => {
    if (player.health <= 0) return
    player.updateHealth(Math.max(0, player.health - points))
    if (player.health > 0) return
    player._writeOthers('entity_status', { entityId: player.id, entityStatus: DEAD_STATUS })
    serv.broadcast(`${player.username} died`)
  }
  player._client.removeAllListeners('client_command')
  player._client.on('client_command', async ({ actionId, payload }) => {
    if (![0, 'perform_respawn'].includes(actionId === undefined ? payload : actionId) || player.health > 0) return
    player.loadedChunks = {}
    respawn(player, serv)
    player.position = player.spawnPoint
    player.sendSelfPosition()
    await player.worldSendAllChunks()
    player.updateHealth(FULL)
    player.nearbyEntities = []
    player.updateAndSpawn()
  })
}

// In the same world, spelled as each version wants it.
function respawn (player, serv) {
  const { loginPacket } = serv.registry
  const { gameMode: mode } = player
  const dimension = loginPacket.worldType || loginPacket.dimension
  const common = { hashedSeed: serv.hashedSeed, previousGamemode: 255, isDebug: false, isFlat: true, portalCooldown: 0 }
  const packet = serv.supportFeature('spawnRespawnWorldDataField')
    ? { worldState: { ...common, ...loginPacket.worldState, gamemode: MODES[mode] }, copyMetadata: 0 }
    : { ...common, dimension, worldName: WORLD, gamemode: mode, copyMetadata: false }
  player._client.write('respawn', packet)
}

module.exports = { prepare }
