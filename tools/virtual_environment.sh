#!/bin/sh
# Make a virtual environment: sh tools/virtual_environment.sh FOLDER [PYTHON]
#
# Without PYTHON, a folder that holds a working environment keeps it, and a new one gets the first
# suitable interpreter of the list below. 3.11 made the stored outputs, so it comes first. The bare
# names come last: they may be any version. What is on the list is run, not only looked up, because a
# name can lead nowhere (a version manager has a name for versions that it does not switch on).
set -eu

folder=$1
named=${2:-}
needed="Python 3.11, 3.12 or 3.13"

suitable() {
    case $1 in 3.11 | 3.12 | 3.13) ;; *) return 1 ;; esac
}

# Print the version of an interpreter, and succeed where it has the modules.
version() {
    "$1" -c "import sys; print('%d.%d' % sys.version_info[:2]); import $2" 2>/dev/null
}

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

there=$(version "$folder/bin/python" pip) || there=""
if [ -z "$named" ] && suitable "$there"; then
    exit
fi

if [ -n "$named" ]; then
    set -- "$named"
else
    set -- python3.11 python3.12 python3.13 python3 python
fi
python=""
unsuitable=""
incomplete=""
for candidate in "$@"; do
    if found=$(version "$candidate" "ensurepip, venv"); then complete=yes; else complete=no; fi
    if [ -z "$found" ]; then
        continue
    elif ! suitable "$found"; then
        unsuitable="$unsuitable${unsuitable:+, }$candidate is $found"
    elif [ "$complete" = no ]; then
        incomplete=${incomplete:-$found}
    else
        python=$candidate
        break
    fi
done

if [ -z "$python" ]; then
    if [ -n "$incomplete" ]; then
        fail "Python $incomplete is here without what makes virtual environments (ensurepip, venv)." \
            "On Debian and Ubuntu: sudo apt install python$incomplete-venv"
    elif [ -n "$named" ]; then
        if [ -n "$found" ]; then is="is Python $found"; else is="cannot be run"; fi
        fail "PYTHON=$named $is; the course needs $needed."
    fi
    fail "No Python found that fits: the course needs $needed${unsuitable:+; here $unsuitable}." \
        "Install one of them, or name one: make book PYTHON=/path/to/python3.12"
fi

if [ "$there" != "$found" ]; then
    echo "Making $folder with Python $found ($python)"
    "$python" -m venv --clear "$folder"
fi
