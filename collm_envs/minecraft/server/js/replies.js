'use strict'

// What a server says, sorted: which chat lines mean that a command was refused, and what kind of end a kick is.

// Commands that had nothing to do are no errors: a block that is there already, no spider to kill.
const HARMLESS = /^(commands\.(setblock|fill)\.failed|argument\.entity\.notfound\.entity)$/
const KEYS = anyOf([
  'command.unknown',
  'command.exception',
  'command.expected',
  'command.failed',
  'argument.',
  'arguments.',
  'parsing.',
  'permissions.requires',
  'commands.fill.toobig',
  'commands.summon.failed',
  'commands.damage.invulnerable',
  'commands.effect.give.failed',
  'commands.forceload.toobig',
  'commands.help.failed'
])
// For servers that send plain text.
const HARMLESS_TEXT = /^(No entity was found|Could not set the block|No blocks were filled)/
const TEXT = anyOf([
  'Error: ',
  'Unknown ',
  'Incorrect argument',
  'Invalid ',
  'Incomplete ',
  'Expected ',
  'Bad syntax',
  'Usage: ',
  'Command not found',
  'Too many blocks',
  'Target is invulnerable',
  'Unable to ',
  'No player was found',
  'That position is ',
  'That player ',
  'You do not have permission',
  'An unexpected error',
  "I'm sorry, but you do not have permission"
])
const QUOTED = '<--[HERE]'

// What begins with one of these.
function anyOf (beginnings) {
  return new RegExp(`^(${beginnings.map(one => one.replace(/[.[\]()]/g, '\\$&')).join('|')})`)
}

function isError (message, text) {
  const key = message && message.translate
  if (key) return KEYS.test(key) && !HARMLESS.test(key)
  return text.endsWith(QUOTED) || (TEXT.test(text) && !HARMLESS_TEXT.test(text))
}

// The text of a chat line without colour codes, which some servers leave in.
function plain (text) {
  return text.replace(/[&§][0-9a-fk-or]/g, '').trim()
}

// The words of a kick's reason, which is text, JSON in text, or an object.
function wordsOf (reason) {
  let value = reason
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value)
    } catch {
      return value
    }
  }
  const words = []
  const walk = part => {
    if (typeof part === 'string') words.push(part)
    else if (Array.isArray(part)) part.forEach(walk)
    else if (part && typeof part === 'object') for (const name of ['text', 'translate', 'value', 'extra', 'with']) walk(part[name])
  }
  walk(value)
  return words.filter(Boolean).join(' ') || String(reason)
}

function kindOfKick (words) {
  if (/duplicate_login|already (logged|connected|online|playing)|another location/i.test(words)) return 'name_taken'
  if (/outdated|incompatible|wrong protocol|protocol version|not supported/i.test(words)) return 'version'
  return 'kicked'
}

module.exports = { isError, kindOfKick, plain, wordsOf }
