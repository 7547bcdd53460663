'use strict'

// A spectator that joins a server and shows what it sees as a page on this machine's loopback interface.
//
// The one argument is JSON: {host, port, name, core, viewer, page, corner, size, patience_ms}. `core` and `viewer` are the folders
// whose node_modules hold mineflayer and the page, `page` is the page's port or 0, `corner` and `size` are the plot's.
// The first line of output is {url, version, remark}; a request is answered when the server is gone, with how it went.

const http = require('http')
const path = require('path')
const { createRequire } = require('module')
const { Fault } = require('../fault')
const { endWithParent, forgetEnvironment, quiet, serve } = require('../guards')
const { kindOfKick, wordsOf } = require('../replies')

const CHUNKS = 6 // shown on every side of the middle of the build
const FAR = 128
const ARRIVAL_TRIES = 30
const ARRIVAL_PAUSE_MS = 100
const OTHER = '; another live view shows this server: look at that one, or end it'

const options = JSON.parse(process.argv[2])
const { host, port, name } = options
const fromCore = createRequire(path.join(options.core, 'package.json'))
const fromViewer = createRequire(path.join(options.viewer, 'package.json'))

const write = process.stdout.write.bind(process.stdout)
process.stdout.on('error', () => process.exit(0))
endWithParent()
process.stdin.resume()
forgetEnvironment()
quiet(text => process.stderr.write(`${text}\n`))

let open = false
let depart
const gone = new Promise(resolve => { depart = resolve })

function fail (kind, message) {
  const answer = JSON.stringify({ error: { kind, message: String(message) } })
  if (open) depart(answer)
  else write(`0 ${answer}\n`, () => process.exit(1))
}

function end (message) {
  depart(JSON.stringify({ ok: message }))
}

function shaken (error) {
  const { kind, message } = Fault.from(error)
  fail(kind, message)
}

process.on('uncaughtException', shaken)
process.on('unhandledRejection', shaken)

// -- the spectator --------------------------------------------------------------------------------------------------------

const late = setTimeout(() => fail('timeout', `${host}:${port} gave the spectator no place in ${options.patience_ms / 1000} s`), options.patience_ms)
const bot = fromCore('mineflayer').createBot({
  host,
  port,
  username: name,
  auth: 'offline',
  version: false,
  viewDistance: 10,
  physicsEnabled: false,
  hideErrors: true
})

bot.on('error', error => {
  if (open) return
  if (error.code) fail('refused', `no Minecraft server answers at ${host}:${port}: ${error.code}`)
  else fail('server', error.message)
})
bot.on('kicked', reason => {
  const words = wordsOf(reason)
  if (open) end(`the server sent the spectator away: ${words}`)
  else fail(kindOfKick(words), `${host}:${port} sent ${name} away: ${words}${kindOfKick(words) === 'name_taken' ? OTHER : ''}`)
})
bot.on('end', () => {
  if (open) end('the server is gone')
  else fail('refused', `${host}:${port} closed the connection`)
})
bot.once('spawn', async () => {
  const [x, y, z] = options.corner
  bot.chat('/gamemode spectator')
  bot.chat(`/tp ${name} ${x + 10} ${y + 12} ${z + 24}`)
  const there = await arrival(new (fromViewer('vec3').Vec3)(x, y, z))
  const url = await publish()
  clearTimeout(late)
  open = true
  const remark = there ? '' : `${name} is not let to the plot; make it an operator: docker compose exec minecraft rcon-cli op ${name}`
  write(`0 ${JSON.stringify({ ok: { url, version: bot.version, remark } })}\n`)
  serve(() => gone, write)
})

async function arrival (corner) {
  for (let tries = 0; tries < ARRIVAL_TRIES; tries++) {
    if (bot.entity.position.distanceTo(corner) < FAR) return true
    await new Promise(resolve => setTimeout(resolve, ARRIVAL_PAUSE_MS))
  }
  return false
}

// The middle of what stands on the plot; before the first block, of a small build.
function middle () {
  const { Vec3 } = fromViewer('vec3')
  const [x, y, z] = options.corner
  const [width, height, depth] = options.size
  const low = new Vec3(Infinity, Infinity, Infinity)
  const high = new Vec3(-Infinity, -Infinity, -Infinity)
  const at = new Vec3(0, 0, 0)
  for (at.x = x; at.x < x + width; at.x++) {
    for (at.z = z; at.z < z + depth; at.z++) {
      for (at.y = y; at.y < y + height; at.y++) {
        if (!bot.world.getBlockStateId(at)) continue
        low.set(Math.min(low.x, at.x), Math.min(low.y, at.y), Math.min(low.z, at.z))
        high.set(Math.max(high.x, at.x), Math.max(high.y, at.y), Math.max(high.z, at.z))
      }
    }
  }
  return low.x > high.x ? new Vec3(x + 10, y + 3, z) : low.plus(high).scaled(0.5)
}

// -- the page -------------------------------------------------------------------------------------------------------------

// prismarine-viewer's own server listens on every interface; its page and its feed of chunks are all that is used of it.
function publish () {
  const express = fromViewer('express')
  const { WorldView } = fromViewer('prismarine-viewer/viewer/lib/worldView')
  const folder = path.join(path.dirname(fromViewer.resolve('prismarine-viewer/package.json')), 'public')
  const app = express()
  const server = http.createServer(app)
  // A stranger's page, under a name that was made to point here, may not look in.
  const local = request => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host || '')
  app.use((request, response, next) => local(request) ? next() : response.status(403).end())
  app.use(express.static(folder))
  const io = fromViewer('socket.io')(server, { allowRequest: (request, answer) => answer(null, local(request)) })
  io.on('connection', socket => {
    const centre = middle()
    const view = new WorldView(bot.world, CHUNKS, centre, socket)
    socket.emit('version', bot.version)
    socket.emit('position', { pos: centre })
    view.init(centre).catch(shaken)
    view.listenToBot(bot)
    socket.on('disconnect', () => view.removeListenersFromBot(bot))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.page, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}/`))
  })
}
