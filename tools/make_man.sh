#!/bin/sh
# Writes docs/man from the table of commands.  usage: tools/make_man.sh path/to/tongsuan
set -eu
tongsuan=${1:?usage: tools/make_man.sh path/to/tongsuan}
folder=$(dirname "$0")/../docs/man
mkdir -p "$folder"
"$tongsuan" help --man tongsuan > "$folder/tongsuan.1"
"$(dirname "$tongsuan")/tongsuan-hub" --man > "$folder/tongsuan-hub.1"
"$tongsuan" help --man tongsuan-verify > "$folder/tongsuan-verify.1"
for command in clear why quote show generate import replay journal login submit orders cancel amend market hubs \
    offer contracts logs events bill ledger doctor config admin completion help version; do
  "$tongsuan" help --man "$command" > "$folder/tongsuan-$command.1"
done
