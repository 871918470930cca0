#!/bin/sh
# Runs before the files of a .deb (remove) or an .rpm (0) go. It stops the services; an upgrade restarts them later.
set -e
case "$1" in
remove | 0) ;;
*) exit 0 ;;
esac

if [ -d /run/systemd/system ]; then
	for file in /usr/lib/systemd/system/vpsdeck*.service; do
		systemctl disable --now "${file##*/}"
	done
fi
