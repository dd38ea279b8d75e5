#!/usr/bin/env bash
# The agent as its unit starts it, under the systemd of boot-systemd.sh:
#     boot-systemd.sh units.sh FOLDER-WITH-THE-PROGRAMS REPOSITORY
# Everything that it installs goes to overlays, and away with them.
set -euo pipefail
programs=$1 repository=$2
unit=grapevine-agent.service
. "$repository/tests/overlay.sh"

main() {
    overlay /etc /usr /var
    start_journal
    install_agent
    runs_as_its_user
    comes_back
    is_watched
    stops
    stays_away_without_a_key
}

# A journal of its own, which lets the kernel's log and audit alone.
start_journal() {
    mkdir -p /run/systemd/journald.conf.d
    printf '[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n' >/run/systemd/journald.conf.d/test.conf
    cat >/run/systemd/system/journal.service <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
Type=notify
ExecStart=/usr/lib/systemd/systemd-journald
Sockets=journal.socket
UNIT
    printf '[Unit]\nDefaultDependencies=no\n[Socket]\n%s\nService=journal.service\nPassCredentials=yes\n' \
        $'ListenStream=/run/systemd/journal/stdout\nListenDatagram=/run/systemd/journal/socket' \
        >/run/systemd/system/journal.socket
    systemctl daemon-reload
    systemctl start journal.socket journal.service
}

install_agent() {
    install "$programs/grapevine-agent" "$programs/grapevine" /usr/bin
    install -m 644 "$repository/agent/units/$unit" /run/systemd/system
    systemd-sysusers "$repository/agent/units/grapevine-agent.sysusers"
    configure ''
    # So that nobody has to wait for half a minute.
    mkdir "/run/systemd/system/$unit.d"
    printf '[Service]\nWatchdogSec=3\nTimeoutAbortSec=1\nStandardOutput=journal\nStandardError=journal\n' \
        >"/run/systemd/system/$unit.d/test.conf"
    systemctl daemon-reload
}

# The network is the machine's: no port is to be taken there.
configure() {
    mkdir -p /etc/grapevine
    printf '[metrics_agent]\nport = 0\nhost_name = "under-systemd"\n%s\n' "$1" >/etc/grapevine/agent.toml
}

runs_as_its_user() {
    systemctl start "$unit"
    echo "user $(stat --format %U "/proc/$(value MainPID)")"
    echo "state $(stat --format '%U %a' /var/lib/grapevine), tap $(stat --format '%U %G %a' /run/grapevine)"
    runuser --user daemon --group grapevine -- \
        grapevine --attach unix:/run/grapevine/tap.sock get under-systemd >/run/readings
    for metric in cpu.use memory.total load.avg1 network.receive disk.read host.kernel service.state; do
        grep -q "^ *$metric\b" /run/readings || { echo "no $metric:" && cat /run/readings; }
    done
    grep -q '^ *disk.space.read_only.* yes$' /run/readings || echo 'its file systems can be written'
}

comes_back() {
    local before
    before=$(value MainPID)
    kill -KILL "$before"
    until_so '[ "$(value NRestarts)" = 1 ] && [ "$(value ActiveState)" = active ]'
    [ "$(value MainPID)" != "$before" ]
    echo 'killed: it came back'
}

is_watched() {
    kill -STOP "$(value MainPID)"
    until_so '[ "$(value NRestarts)" = 2 ] && [ "$(value ActiveState)" = active ]'
    echo 'held up: systemd noticed'
}

stops() {
    local began_ns
    began_ns=$(date +%s%N)
    systemctl stop "$unit"
    echo "it took $((($(date +%s%N) - began_ns) / 1000000)) ms to stop" >&2
    echo "stopped: $(value Result)"
    until_so 'said "agent stops why=\"SIGTERM\""'
    echo "in the journal: $(journalctl -u "$unit" -o cat | grep -c 'agent runs') starts"
}

stays_away_without_a_key() {
    configure 'bind = "0.0.0.0"'
    systemctl start "$unit" 2>/dev/null || echo "open without a key: $(value ExecMainStatus), restarts $(value NRestarts)"
    until_so 'said "set key_file"'
}

value() {
    systemctl show --property "$1" --value "$unit"
}

said() {
    journalctl --sync 2>/dev/null || true
    journalctl -u "$unit" -o cat | grep -qF "$1"
}

until_so() {
    local _
    for _ in {1..400}; do
        if eval "$1"; then return; fi
        sleep 0.1
    done
    echo "never so: $1"
    systemctl status "$unit" || true
    journalctl -u "$unit" --no-pager
    exit 1
}

main
