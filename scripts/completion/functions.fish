# Names of refs are somebody else's text: fish quotes what it inserts, and only those are offered
# that mean nothing to a shell.
function _registrar_refs
    GIT_NO_LAZY_FETCH=1 GIT_OPTIONAL_LOCKS=0 command git --no-pager for-each-ref --count=5000 \
        --format='%(refname:short)' $$argv 2>/dev/null | string match -r -- '^[A-Za-z0-9._/+][A-Za-z0-9._/+-]*$$'
end

function _registrar_revisions
    printf '%s\n' HEAD
    _registrar_refs refs/heads refs/remotes refs/tags
end

function _registrar_branches
    _registrar_refs refs/heads
end

function _registrar_reports
    set -l word (commandline -ct)
    if string match -q -- '*=*' $$word
        set -l parts (string split -m1 = -- $$word)
        for path in (__fish_complete_path $$parts[2])
            printf '%s=%s\n' $$parts[1] $$path
        end
    else
        printf '%s=\n' $formats
    end
end
