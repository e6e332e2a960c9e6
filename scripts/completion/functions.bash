# Names of refs are somebody else's text: nothing here expands them, and only those are offered
# that mean nothing to a shell.
_registrar_refs() {
  local LC_ALL=C ref
  GIT_NO_LAZY_FETCH=1 GIT_OPTIONAL_LOCKS=0 command git --no-pager for-each-ref --count=5000 \
    --format='%(refname:short)' "$$@" 2>/dev/null |
    while IFS= read -r ref; do
      case $$ref in
        -* | *[!A-Za-z0-9._/+-]*) ;;
        *) printf '%s\n' "$$ref" ;;
      esac
    done
}

_registrar_beginning_with() {
  local word
  while IFS= read -r word; do
    if [[ $$word == "$$1"* ]]; then printf '%s\n' "$$word"; fi
  done
}

_registrar_revisions() {
  { printf '%s\n' HEAD; _registrar_refs refs/heads refs/remotes refs/tags; } |
    _registrar_beginning_with "$$1"
}

_registrar_branches() {
  _registrar_refs refs/heads | _registrar_beginning_with "$$1"
}

_registrar_files() {
  compgen -f -- "$$1"
}

_registrar_reports() {
  printf '%s=\n' $formats | _registrar_beginning_with "$$1"
}
