#!/usr/bin/env bash
# A private database server for tests and the demo: own data directory, own socket, nobody else's server touched.
#
#   server.sh [server flags…]
#
# The machine's MariaDB, or with STOCKSYNC_TEST_SERVER=mysql the MySQL that mysql.sh fetches.
# Prints one line, `SOCKET=<path>`, when the server answers, then obeys lines on stdin: `stop` (a clean
# shutdown), `kill` (as a power cut), `start [flags…]` (again, on the same data). Each is answered by `ok`.
# The end of stdin ends the server and removes its files: whoever holds the other end of the pipe cannot
# leave a server behind, even if it is killed.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
export LC_ALL=C
support=$(cd "$(dirname "$0")" && pwd)

directory=$(mktemp -d "${TMPDIR:-/tmp}/stocksync-db.XXXXXX")
# The path of a socket holds about 100 characters; a deep TMPDIR leaves too few.
if [ ${#directory} -gt 90 ]; then
    rmdir "$directory"
    directory=$(mktemp -d /tmp/stocksync-db.XXXXXX)
fi
socket="$directory/s"
server_log="$directory/server.log"
server_pid=
as_user=()
if [ "$(id -u)" -eq 0 ]; then as_user=(--user=root); fi # the server refuses root unless told so by name

# Durability is not what these data need, speed is; a test that needs a flag otherwise gives it after these.
# The time zone and the SQL mode are deliberately not what stocksync wants: it has to set its own.
flags=(
    --socket="$socket" --datadir="$directory/data" --tmpdir="$directory/tmp" --pid-file="$directory/pid"
    --skip-networking --skip-name-resolve --skip-log-bin --local-infile=1
    --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci
    --default-time-zone=+05:00 --sql-mode=
    --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-doublewrite=0
    --innodb-buffer-pool-size=256M --innodb-buffer-pool-dump-at-shutdown=0
    --innodb-buffer-pool-load-at-startup=0 --performance-schema=0 --max-connections=200
    --key-buffer-size=8M --max-allowed-packet=64M
)

give_up() {
    echo "server.sh: $1" >&2
    if [ -s "$server_log" ]; then tail -n 30 "$server_log" >&2; fi
    exit 1
}

case "${STOCKSYNC_TEST_SERVER:-mariadb}" in
    mariadb)
        program=(mariadbd --no-defaults ${as_user[@]+"${as_user[@]}"})
        flags+=(--aria-pagecache-buffer-size=8M --innodb-log-file-size=96M)
        # A server that starts removes the temporary tables of others from the directory that it shares with them.
        make_data() {
            TMPDIR="$directory/tmp" mariadb-install-db --no-defaults ${as_user[@]+"${as_user[@]}"} --datadir="$directory/data" \
                --auth-root-authentication-method=normal --skip-test-db
        }
        ;;
    mysql)
        root=$("$support/mysql.sh") || give_up "no MySQL here"
        library=$(dirname "$(find "$root/usr/lib" -name libc.so.6 -print -quit)")
        loader=$(find "$root/usr" -name 'ld-linux*.so.*' -print -quit)
        program=(
            "$loader" --library-path "$library" "$root/usr/sbin/mysqld" --no-defaults ${as_user[@]+"${as_user[@]}"}
            --basedir="$root/usr" --lc-messages-dir="$root/usr/share/mysql" --plugin-dir="$root/usr/lib/mysql/plugin"
            --secure-file-priv=NULL
        )
        flags+=(--mysqlx=OFF --innodb-redo-log-capacity=192M)
        make_data() { "${program[@]}" "${flags[@]}" "$@" --initialize-insecure; }
        ;;
    *) give_up "STOCKSYNC_TEST_SERVER is neither mariadb nor mysql" ;;
esac

launch() {
    "${program[@]}" "${flags[@]}" "$@" </dev/null >>"$server_log" 2>&1 &
    server_pid=$!
    for _ in $(seq 600); do
        if mariadb --no-defaults --user=root --socket="$socket" -e 'SELECT 1' >/dev/null 2>&1; then return; fi
        kill -0 "$server_pid" 2>/dev/null || give_up "the server ended by itself"
        sleep 0.1
    done
    give_up "the server does not answer after a minute"
}

finish() {
    if [ -n "$server_pid" ]; then
        kill "-$1" "$server_pid" 2>/dev/null || true
        wait "$server_pid" 2>/dev/null || true
        server_pid=
    fi
}

trap 'finish KILL; rm -rf "$directory"' EXIT
trap 'exit 143' HUP INT TERM

mkdir "$directory/tmp"
make_data "$@" >"$server_log" 2>&1 || give_up "the data directory could not be made"
launch "$@"
echo "SOCKET=$socket"

while read -r -a order; do
    case "${order[0]-}" in
        stop) finish TERM ;;
        kill) finish KILL ;;
        start) launch "${order[@]:1}" ;;
        *) give_up "unknown order: ${order[*]-}" ;;
    esac
    echo ok
done
