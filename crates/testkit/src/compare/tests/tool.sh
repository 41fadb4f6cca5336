# usage: tool.sh old|new WHAT [FILE]
# A build of the tool, as far as the tests need it.
version=$1
what=$2
case $what in
  same) cat; echo "$SETTING"; echo note >&2; pwd; echo text > out.txt; exit 3 ;;
  stdout) printf 'first\n%s\nlast\n' "$version" ;;
  stderr) echo "$version" >&2 ;;
  status) [ "$version" = old ] ;;
  signal) [ "$version" = old ] || kill -9 $$ ;;
  file) mkdir folder; echo "$version" > folder/out.txt ;;
  extra) [ "$version" = old ] || echo text > extra.txt ;;
  input) [ "$version" = old ] || echo changed > "$3" ;;
esac
