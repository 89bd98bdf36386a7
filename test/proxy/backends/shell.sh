#!/bin/sh
# A wrapper without exec, as `sh -c`, npx and uvx are: runs the server that its arguments name (file and options) as a child.
# A signal to this shell alone never reaches the server. NODE names the node to use.
"${NODE:-node}" "$@"
status=$?
exit "$status"
