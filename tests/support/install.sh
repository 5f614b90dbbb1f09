#!/usr/bin/env bash
# Installs what the tests and the demo need and the machine lacks; silent when nothing is missing.
# Only the `-core` packages of MariaDB: they hold the server's program without Debian's service around it.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin:$HOME/.cargo/bin"

missing=()
need() { # need PACKAGE PROGRAM…: the package is missing when one of its programs is
    local package=$1 program
    shift
    for program in "$@"; do
        if ! command -v "$program" >/dev/null 2>&1; then
            missing+=("$package")
            return
        fi
    done
}
need mariadb-server-core mariadbd mariadb-install-db
need mariadb-client-core mariadb my_print_defaults
need mariadb-client mariadb-dump # the backups' tool
need cron cron
need faketime faketime # a cron whose minutes are short
need openssl openssl
need gcc cc
need libc6-dev cc # the C compiler alone cannot link
if ! command -v cargo >/dev/null 2>&1; then missing+=(rustup); fi

if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || {
            echo "Missing here: ${missing[*]}. Install them as root (apt-get install ${missing[*]}) and start again." >&2
            exit 1
        }
        as_root=(sudo)
    fi
    command -v apt-get >/dev/null 2>&1 || {
        echo "Missing here: ${missing[*]} (Debian's names). There is no apt-get, so install them by hand and start again." >&2
        exit 1
    }
    echo "Installing ${missing[*]} …" >&2
    install=(${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    "${install[@]}" update >/dev/null
    case " ${missing[*]} " in
        *" rustup "*)
            if ! apt-cache show rustup >/dev/null 2>&1; then
                echo "Rust is missing and this release has no rustup package: install Rust from https://rustup.rs and start again." >&2
                exit 1
            fi
            ;;
    esac
    "${install[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! cargo --version >/dev/null 2>&1; then rustup default stable >&2; fi
