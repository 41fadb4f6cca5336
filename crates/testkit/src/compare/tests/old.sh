#!/bin/sh
exec sh "${0%/*}/tool.sh" old "$@"
