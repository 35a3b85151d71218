# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for sitctl: the program itself lists what can come next.
# shellcheck shell=bash

_sitctl()
{
	local line=${COMP_LINE:0:COMP_POINT} cur='' head word
	local -a words
	COMPREPLY=()
	# Split at spaces only: to bash, an IPv6 address is several words.
	read -ra words <<< "$line"
	[[ $line == *[[:space:]] ]] || cur=${words[-1]}
	[[ -n $cur ]] || words+=('')
	# bash replaces only what follows the last of these characters.
	head=${cur%"${cur##*[:=@]}"}
	while IFS=$'\t' read -r word _; do
		if [[ $word == :file ]]; then
			compopt -o filenames 2> /dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		else
			# Names chosen by other programs may contain what a shell would run; bash itself quotes only file names.
			[[ $word != *[!A-Za-z0-9_.:/=@,%+-]* ]] || printf -v word '%q' "$word"
			COMPREPLY+=("${word#"$head"}")
		fi
	done < <("${words[0]}" complete "${words[@]:1}" 2> /dev/null)
}

complete -F _sitctl sitctl
