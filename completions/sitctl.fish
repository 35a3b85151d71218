# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for sitctl: the program itself lists what can come next.

function __sitctl_complete
	set -l words (commandline -opc)
	set -l found ($words[1] complete $words[2..] (commandline -ct)"" 2> /dev/null)
	if test "$found" = :file
		__fish_complete_path (commandline -ct)
	else
		printf '%s\n' $found
	end
end

complete -c sitctl -f -a '(__sitctl_complete)'
