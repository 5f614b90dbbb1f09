#!/usr/bin/env bash
# A private Galera cluster of three MariaDB nodes on the loopback, nobody else's server touched.
#
#   galera.sh PROVIDER          the path of libgalera_smm.so
#
# Prints `NODES=<socket>:<port> <socket>:<port> <socket>:<port>` when all three are synced, then obeys lines on stdin; N is 0, 1 or 2:
# `kill N` (as a power cut), `freeze N`, `thaw N`, `start N` (again, on the same data). Each is answered by `ok`.
# The end of stdin ends the nodes and removes their files.
#
# No node ever takes over another one's data as a whole: all begin with a copy of the same directory, and what a node has missed
# comes out of the others' memory of write sets. The program that the nodes call around that only passes the place on.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
export LC_ALL=C
provider=$1

directory=$(mktemp -d /tmp/stocksync-galera.XXXXXX)
pids=("" "" "")
as_user=()
if [ "$(id -u)" -eq 0 ]; then as_user=(--user=root); fi

give_up() {
    echo "galera.sh: $1" >&2
    for node in 0 1 2; do tail -n ${GALERA_LOG_LINES:-15} "$directory/$node.log" >&2 2>/dev/null || true; done
    exit 1
}
free_ports() { # of the range that the kernel gives nobody by itself
    local port found=()
    for port in $(shuf -i 20000-30000 -n 200); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then found+=("$port"); fi
        if [ ${#found[@]} -eq 9 ]; then break; fi
    done
    echo "${found[@]}"
}
read -r -a ports <<<"$(free_ports)"
group="gcomm://127.0.0.1:${ports[3]},127.0.0.1:${ports[4]},127.0.0.1:${ports[5]}"

common=(
    --skip-name-resolve --binlog-format=ROW --innodb-autoinc-lock-mode=2 --local-infile=1
    --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci --default-time-zone=+05:00 --sql-mode=
    --innodb-flush-log-at-trx-commit=1 --innodb-flush-method=nosync --innodb-doublewrite=0 --innodb-buffer-pool-size=96M
    --innodb-log-file-size=64M --performance-schema=0 --max-connections=60 --key-buffer-size=8M
    --aria-pagecache-buffer-size=8M --max-allowed-packet=64M --bind-address=127.0.0.1
)
launch() { # launch NODE ADDRESSES [flag]
    local node=$1 addresses=$2
    shift 2
    local options="base_host=127.0.0.1;base_port=${ports[$((node + 3))]};gmcast.listen_addr=tcp://127.0.0.1:${ports[$((node + 3))]}"
    options+=";ist.recv_addr=127.0.0.1:${ports[$((node + 6))]};gcache.size=256M;gcache.recover=yes"
    # A node is given up after a second or two, not after fifteen.
    options+=";evs.keepalive_period=PT0.2S;evs.inactive_check_period=PT0.1S;evs.suspect_timeout=PT1.5S"
    options+=";evs.inactive_timeout=PT3S;evs.install_timeout=PT3S;gmcast.peer_timeout=PT1.5S;pc.recovery=no"
    mariadbd --no-defaults ${as_user[@]+"${as_user[@]}"} "${common[@]}" \
        --socket="$directory/$node.s" --port="${ports[$node]}" --datadir="$directory/$node" --tmpdir="$directory/tmp$node" \
        --pid-file="$directory/$node.pid" --wsrep-on=ON --wsrep-provider="$provider" --wsrep-provider-options="$options" \
        --wsrep-cluster-address="$addresses" --wsrep-cluster-name=stocksync --wsrep-node-name="node$node" \
        --wsrep-node-address="127.0.0.1:${ports[$((node + 3))]}" --wsrep-sst-method=place --wsrep-slave-threads=2 \
        "$@" </dev/null >>"$directory/$node.log" 2>&1 &
    pids[node]=$!
}
synced() { # synced NODE
    local state
    for _ in $(seq 600); do
        state=$(mariadb --no-defaults --user=root --socket="$directory/$1.s" -BNe \
            "SHOW STATUS LIKE 'wsrep_local_state_comment'" 2>/dev/null | cut -f2) || true
        if [ "$state" = Synced ]; then return; fi
        kill -0 "${pids[$1]}" 2>/dev/null || give_up "node $1 ended by itself"
        sleep 0.1
    done
    give_up "node $1 is not synced after a minute"
}
end() { # end NODE SIGNAL
    if [ -n "${pids[$1]}" ]; then
        kill "-$2" "${pids[$1]}" 2>/dev/null || true
        wait "${pids[$1]}" 2>/dev/null || true
        pids[$1]=
    fi
}
again() { # a node that died: how far it had come says its own data
    local node=$1 position
    mariadbd --no-defaults ${as_user[@]+"${as_user[@]}"} "${common[@]}" --datadir="$directory/$node" --tmpdir="$directory/tmp$node" \
        --pid-file="$directory/$node.pid" --socket="$directory/$node.s" --wsrep-on=ON --wsrep-provider="$provider" --wsrep-cluster-address="$group" --wsrep-recover \
        </dev/null >"$directory/$node.recovery" 2>&1 || true
    position=$(grep -oE 'Recovered position: *[0-9a-f-]+:-?[0-9]+' "$directory/$node.recovery" | tail -n 1 | sed 's/.*: *\([0-9a-f-]*:-*[0-9]*\)$/\1/')
    rm -f "$directory/$node.recovery"
    [ -n "$position" ] || give_up "node $node does not know how far it had come"
    launch "$node" "$group" --wsrep-start-position="$position"
    synced "$node"
}

trap 'for node in 0 1 2; do end "$node" KILL; done; rm -rf "$directory"' EXIT
trap 'exit 143' HUP INT TERM

mkdir "$directory"/tmp{0,1,2} "$directory/bin"
export PATH="$directory/bin:$PATH" STOCKSYNC_GALERA="$directory"
cat >"$directory/bin/wsrep_sst_place" <<'PLACE'
#!/usr/bin/env bash
all=("$@") role='' place='' bypass=
while [ $# -gt 0 ]; do
    case "$1" in
        --role) role=$2 ;;
        --gtid) place=$2 ;;
        --address) address=$2 ;;
        --bypass) bypass=1 ;;
    esac
    shift
done
if [ "$role" = joiner ]; then
    pipe="$STOCKSYNC_GALERA/place.$$"
    mkfifo "$pipe"
    echo "ready 127.0.0.1:1/$(basename "$pipe")"
    cat "$pipe"
    rm -f "$pipe"
elif [ -n "$bypass" ]; then
    echo "$place" >"$STOCKSYNC_GALERA/${address##*/}"
    echo "done $place"
else
    echo "the data as a whole were asked for: ${all[*]}" >&2
    exit 1
fi
PLACE
chmod +x "$directory/bin/wsrep_sst_place"
TMPDIR="$directory/tmp0" mariadb-install-db --no-defaults ${as_user[@]+"${as_user[@]}"} --datadir="$directory/0" \
    --auth-root-authentication-method=normal --skip-test-db >"$directory/0.log" 2>&1 || give_up "mariadb-install-db failed"
# Once alone, for a place in a history that all three can share.
launch 0 gcomm:// --wsrep-new-cluster
synced 0
end 0 TERM
for node in 1 2; do
    cp -a "$directory/0" "$directory/$node"
    rm -f "$directory/$node"/{gvwstate.dat,galera.cache,auto.cnf}
done
launch 0 gcomm:// --wsrep-new-cluster
synced 0
launch 1 "$group"
synced 1
launch 2 "$group"
synced 2
echo "NODES=$directory/0.s:${ports[0]} $directory/1.s:${ports[1]} $directory/2.s:${ports[2]}"

while read -r order node; do
    case "$order" in
        kill) end "$node" KILL ;;
        freeze) kill -STOP "${pids[$node]}" ;;
        thaw) kill -CONT "${pids[$node]}" ;;
        start) again "$node" ;;
        *) give_up "unknown order: $order" ;;
    esac
    echo ok
done
