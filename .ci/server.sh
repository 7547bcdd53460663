# A Minecraft server for CI, beside those that the tests start themselves. To be sourced.

SERVER=""
SERVER_PID=""

start_server() {
    local note
    note=$(mktemp)
    .venv/bin/python -c '
import signal, sys
from collm_envs.minecraft.server.embedded import EmbeddedServer
with EmbeddedServer.start() as server:
    print(f"{server.host}:{server.port}", flush=True)
    signal.sigwait([signal.SIGTERM])
' >"$note" &
    SERVER_PID=$!
    for _ in $(seq 150); do
        SERVER=$(cat "$note")
        [ -z "$SERVER" ] || break
        kill -0 "$SERVER_PID" 2>/dev/null || break
        sleep 0.2
    done
    rm -f "$note"
    [ -n "$SERVER" ] || give_up "the Minecraft server did not start"
    echo "CI: a Minecraft server is up at $SERVER"
}

stop_server() {
    [ -n "$SERVER_PID" ] || return 0
    kill "$SERVER_PID" 2>/dev/null || true
    wait "$SERVER_PID" 2>/dev/null || true
    SERVER_PID=""
}
