#!/bin/sh
# Runs after the files of a .deb (remove, purge) or an .rpm (0) are gone. Config and state stay until a purge: the
# token, the host key, the journal and what watch keeps. The user stays, so that nobody else gets its number.
set -e
case "$1" in
remove | 0)
	if [ -d /run/systemd/system ]; then
		systemctl daemon-reload
	fi
	;;
purge)
	rm -rf /var/lib/vpsdeck /var/lib/vpsdeck-watch /var/lib/private/vpsdeck-watch
	rm -f /etc/vpsdeck/token
	if [ -d /etc/vpsdeck ]; then
		rmdir --ignore-fail-on-non-empty /etc/vpsdeck
	fi
	;;
esac
