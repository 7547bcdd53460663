# A Docker engine for CI: Debian's package, started by hand (there may be no init system), and the sandbox's image on this
# machine's own Python (there may be no registry). Compose, to look the compose files over; Chromium, to open pages. To be
# sourced; needs root.

ENGINE_PID=""
ENGINE_LOG=""

start_engine() {
    if docker info >/dev/null 2>&1; then
        echo "CI: using the Docker engine that runs already"
        return
    fi
    if ! command -v dockerd >/dev/null || ! command -v bwrap >/dev/null; then
        echo "CI: installing Debian's docker.io and bubblewrap"
        apt-get -qq update || give_up "apt-get update failed"
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends docker.io bubblewrap >/dev/null ||
            give_up "docker.io and bubblewrap could not be installed"
    fi
    ENGINE_LOG=$(mktemp)
    # Nothing needs a network, so the machine's own is left as it is.
    dockerd --bridge none --iptables=false --ip-forward=false >"$ENGINE_LOG" 2>&1 &
    ENGINE_PID=$!
    for _ in $(seq 150); do
        if docker info >/dev/null 2>&1; then
            echo "CI: dockerd $(docker version --format '{{.Server.Version}}') is up"
            return
        fi
        kill -0 "$ENGINE_PID" 2>/dev/null || give_up "dockerd ended"
        sleep 0.2
    done
    give_up "dockerd did not answer within 30 s"
}

get_compose() {
    if ! docker compose version >/dev/null 2>&1 && ! command -v docker-compose >/dev/null; then
        echo "CI: installing Debian's docker-compose"
        apt-get -qq update || give_up "apt-get update failed"
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends docker-compose >/dev/null ||
            give_up "docker-compose could not be installed"
    fi
}

get_chromium() {
    if ! command -v chromium >/dev/null; then
        echo "CI: installing Debian's chromium"
        apt-get -qq update || give_up "apt-get update failed"
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends chromium >/dev/null ||
            give_up "chromium could not be installed"
    fi
}

build_image() {
    python3 docker/base/build.py | docker import - collm-envs/base >/dev/null || give_up "no base image from this machine's Python"
    # The old builder is in every engine; what it says about its age is not news.
    DOCKER_BUILDKIT=0 docker build --quiet --network none --build-arg BASE=collm-envs/base \
        -f docker/sandbox/Dockerfile -t collm-envs/sandbox . >/dev/null || give_up "docker/sandbox/Dockerfile could not be built"
    docker image ls collm-envs/sandbox
}

stop_engine() {
    [ -n "$ENGINE_PID" ] || return 0
    kill "$ENGINE_PID" 2>/dev/null || true
    wait "$ENGINE_PID" 2>/dev/null || true
    rm -f "$ENGINE_LOG"
    ENGINE_PID=""
}

give_up() {
    [ -z "$ENGINE_LOG" ] || tail -n 30 "$ENGINE_LOG" >&2
    echo "CI: FAILED, what the tests need is not to be had: $1" >&2
    exit 1
}
