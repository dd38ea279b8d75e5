#!/usr/bin/env bash
# Runs a program as a service of a systemd of its own, with a D-Bus of its own, and exits as the program does:
#     boot-systemd.sh PROGRAM [ARGUMENT...]
# The program sees the machine's files, but another /run and other processes. Systemd knows none of the machine's units
# and so touches nothing of it; a test writes what it needs to /run/systemd/system. 77 says that this machine cannot do
# that, and standard error why. Takes root, systemd and dbus-daemon.
set -euo pipefail

skip() {
    echo "boot-systemd: $1" >&2
    exit 77
}

unit() {
    cat >"/run/systemd/system/$1"
}

# In namespaces of its own: becomes systemd, which starts the program and ends with it.
become_init() {
    local init=$1 stage=$2 target
    mount --make-rprivate /
    mount -t proc proc /proc
    mount -t tmpfs tmpfs /run
    mkdir -p /etc/systemd/system
    mount -t tmpfs tmpfs /etc/systemd/system
    mkdir -p /run/systemd/system /run/dbus
    for target in sysinit basic sockets timers paths shutdown; do
        printf '[Unit]\nDefaultDependencies=no\n' | unit "$target.target"
    done
    printf '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/dbus/system_bus_socket\n' | unit dbus.socket
    unit dbus.service <<UNIT
[Unit]
DefaultDependencies=no
Requires=dbus.socket
[Service]
Type=notify
NotifyAccess=main
ExecStart=$(command -v dbus-daemon) --system --address=systemd: --nofork --nopidfile --systemd-activation
UNIT
    unit under-test.service <<UNIT
[Unit]
Requires=dbus.socket dbus.service
After=dbus.socket dbus.service
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=exec
ExecStart=$stage/program
StandardOutput=append:$stage/output
StandardError=append:$stage/output
UNIT
    # It takes this for a container: there it leaves devices alone, and may exit.
    exec env -i PATH="$PATH" container=boot-systemd SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/systemd/system \
        SYSTEMD_GENERATOR_PATH=/nowhere "$init" --system --unit=under-test.service --log-target=console --log-level=notice
}

if [ "${1:-}" = --become-init ]; then
    shift
    become_init "$@"
fi

[ "$(id -u)" = 0 ] || skip 'only root can start a systemd'
init=
for place in /usr/lib/systemd/systemd /lib/systemd/systemd; do
    if [ -x "$place" ]; then init=$place && break; fi
done
[ -n "$init" ] || skip 'systemd is not installed'
command -v dbus-daemon >/dev/null || skip 'dbus-daemon is not installed'
unshare --mount --pid --fork --uts --ipc true 2>/dev/null || skip 'no namespaces are to be had here'

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
{
    echo '#!/usr/bin/env bash'
    export -p
    printf 'cd %q && exec' "$PWD"
    printf ' %q' "$@"
    echo
} >"$stage/program"
chmod +x "$stage/program"

status=0
timeout --kill-after=5 "${LIMIT_S:-180}" unshare --mount --pid --fork --uts --ipc --kill-child \
    "$0" --become-init "$init" "$stage" >"$stage/console" 2>&1 </dev/null || status=$?
if [ -e "$stage/output" ]; then
    cat "$stage/output"
else
    cat "$stage/console" >&2
    echo "boot-systemd: systemd did not come up (status $status)" >&2
fi
exit "$status"
