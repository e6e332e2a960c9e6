"""The command line: parse, call, print, exit; a file a command."""
