#!/usr/bin/env bash
# Debian's cron, private: own crontab, own mail, a clock that runs faster, and nothing of this machine's own entries.
#
#   cron.sh CRONTAB MAILS SPEED
#
# Runs until its stdin ends; every mail becomes a file in the directory MAILS. Needs root and a kernel that gives a process mounts of
# its own; `cron.sh --possible` says by its exit code whether that is so.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

if [ "$1" = --possible ]; then
    [ "$(id -u)" -eq 0 ] || exit 1
    exec unshare --mount --pid --fork true 2>/dev/null
fi
export CRONTAB=$1 MAILS=$2 SPEED=$3
faketime=$(echo /usr/lib/*/faketime/libfaketime.so.1)
export faketime

# With the death of `unshare` the kernel ends everything below it.
unshare --mount --pid --fork --kill-child bash -euo pipefail -c '
    private=$MAILS/.private
    mkdir "$private" "$private/sbin" "$private/none"
    mount -t tmpfs tmpfs /var/spool/cron/crontabs
    install -m 600 "$CRONTAB" /var/spool/cron/crontabs/root
    mount -t tmpfs tmpfs /run
    mount --bind "$private/none" /etc/cron.d
    mount --bind /dev/null /etc/crontab
    printf "#!/bin/sh\nunset LD_PRELOAD\nmail=\$(mktemp %s/.mail.XXXXXX)\ncat >\$mail\nmv \$mail %s/mail.\$\$\n" "$MAILS" "$MAILS" >"$private/sbin/sendmail"
    chmod 755 "$private/sbin/sendmail"
    mount -t overlay overlay -o "lowerdir=$private/sbin:/usr/sbin" /usr/sbin
    exec env TZ=UTC LD_PRELOAD="$faketime" FAKETIME="@2026-11-23 05:59:50 x$SPEED" cron -f
' </dev/null >/dev/null 2>"$MAILS/.errors" &
cron=$!
trap 'kill -KILL $cron 2>/dev/null; wait $cron 2>/dev/null || true' EXIT
cat >/dev/null
