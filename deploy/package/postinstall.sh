#!/bin/sh
# Runs after the files of a .deb (configure) or an .rpm (1: install, 2: upgrade) are in place. It creates the user of
# the service. It starts nothing: the service needs a token and users first.
set -e
case "$1" in
configure | 1 | 2) ;;
*) exit 0 ;;
esac

if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers vpsdeck.conf
elif ! getent passwd vpsdeck >/dev/null; then
	useradd --system --user-group --no-create-home --home-dir /var/lib/vpsdeck --shell /usr/sbin/nologin vpsdeck
fi

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	for file in /usr/lib/systemd/system/vpsdeck*.service; do
		systemctl try-restart "${file##*/}" || true # its status says why; the package is complete
	done
fi
