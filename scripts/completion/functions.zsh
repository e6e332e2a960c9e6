# Names of refs are somebody else's text: compadd takes them as they are, and only those are
# offered that mean nothing to a shell.
_registrar_refs() {
  emulate -L zsh
  local LC_ALL=C
  local -a refs
  refs=($${(f)"$$(GIT_NO_LAZY_FETCH=1 GIT_OPTIONAL_LOCKS=0 command git --no-pager for-each-ref \
    --count=5000 --format='%(refname:short)' "$$@" 2>/dev/null)"})
  reply=($${$${refs:#-*}:#*[^A-Za-z0-9._/+-]*})
}

_registrar_revisions() {
  local -a reply expl
  _registrar_refs refs/heads refs/remotes refs/tags
  _wanted revisions expl revision compadd -a - reply
  compadd - HEAD
}

_registrar_branches() {
  local -a reply expl
  _registrar_refs refs/heads
  _wanted branches expl branch compadd -a - reply
}

_registrar_reports() {
  if compset -P '*='; then
    _files
  else
    compadd -S = - $formats
  fi
}
